//go:build !unix

package explore

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

// childFiles is what a system lacks whose processes inherit no files by number.
func childFiles() (in, out *os.File, err error) {
	return nil, nil, fmt.Errorf("%w: Isolate on %s: %w", ErrConfig, runtime.GOOS, errors.ErrUnsupported)
}

func apart(*exec.Cmd) {}

func killAll(cmd *exec.Cmd) { cmd.Process.Kill() }
