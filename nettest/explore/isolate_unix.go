//go:build unix

package explore

import (
	"os"
	"os/exec"
	"syscall"
)

// childFiles returns the files by which a child gets requests and sends replies.
func childFiles() (in, out *os.File, err error) {
	const first = 3 // of exec.Cmd's ExtraFiles
	for fd := first; fd < first+2; fd++ {
		var s syscall.Stat_t
		if err := syscall.Fstat(fd, &s); err != nil {
			return nil, nil, os.NewSyscallError("fstat", err) // it was started by a child, and is none itself
		}
		syscall.CloseOnExec(fd)
	}
	return os.NewFile(first, "requests"), os.NewFile(first+1, "replies"), nil
}

// apart lets a process be killed with all that it has started.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killAll kills a process that was started apart, and what it has started.
func killAll(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
