//go:build unix

package explore

import (
	"os"
	"syscall"
)

// childFiles returns the files by which a child gets requests and sends replies.
func childFiles() (in, out *os.File, err error) {
	const first = 3 // of exec.Cmd's ExtraFiles
	syscall.CloseOnExec(first)
	syscall.CloseOnExec(first + 1)
	return os.NewFile(first, "requests"), os.NewFile(first+1, "replies"), nil
}
