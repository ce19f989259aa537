package scenarios

import (
	"fmt"
	"testing"
)

func TestAtOnceReturnsTheFirstErrorAndStops(t *testing.T) {
	later := make(chan struct{})
	made, started := 0, make(chan int, 1000)
	err := atOnce(func() UDPClient { made++; return UDPClient{} }, 1000, func(i int, _ func() UDPClient) error {
		started <- i
		switch {
		case i == 3:
			<-later // so that it is not the first to return
		case i == 5:
			close(later)
		case i < 5:
			return nil
		}
		return fmt.Errorf("error %d", i)
	})
	if err == nil || err.Error() != "error 3" {
		t.Errorf("atOnce = %v, want error 3", err)
	}
	if limit := maxAtOnce + 4; len(started) > limit { // 4 return nothing
		t.Errorf("%d calls were made, want at most %d", len(started), limit)
	}
	if made != len(started) {
		t.Errorf("%d subjects for %d calls", made, len(started))
	}
}
