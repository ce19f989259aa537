package fault

import (
	"fmt"
	"time"
)

// SlowClose makes the end of a stream late, and only that: FromClient, the client's
// FIN reaches the handler late; ToClient, the server's FIN leaves late.
type SlowClose struct {
	Delay time.Duration // must be positive
}

// Kind returns "slow-close".
func (SlowClose) Kind() string { return "slow-close" }

// Validate refuses a Delay that is not positive.
func (f SlowClose) Validate() error {
	if f.Delay <= 0 {
		return fmt.Errorf("Delay is %v, want more than 0", f.Delay)
	}
	return nil
}

func (SlowClose) sealed()                      {}
func (f SlowClose) finishDelay() time.Duration { return f.Delay }
