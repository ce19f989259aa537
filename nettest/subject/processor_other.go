//go:build !unix && !windows

package subject

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

func processorTime() (time.Duration, error) {
	return 0, fmt.Errorf("the processor time of a process on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
