package process

import (
	"os"
	"syscall"
)

// A poller is a pipe by which the runtime's poller is made to look. That tells of what has arrived in the order in which it did (epoll's
// list is a queue): once it has told of a byte in the pipe, it has told of whatever came before on any socket.
type poller struct {
	out *os.File
	in  *os.File
	raw syscall.RawConn // of out
}

func (p *poller) open() (err error) {
	if p.out, p.in, err = os.Pipe(); err == nil {
		p.raw, err = p.out.SyscallConn()
	}
	return err
}

// round sends a byte, and waits until the poller has told of it.
func (p *poller) round() error {
	one, sent, failed := []byte{1}, false, error(nil)
	err := p.raw.Read(func(fd uintptr) (done bool) {
		if sent {
			_, failed = syscall.Read(int(fd), one)
			return true
		}
		sent = true
		_, failed = p.in.Write(one)
		return failed != nil
	})
	if err != nil {
		return err
	}
	return failed
}

// yield lets other threads have the processor.
func (*poller) yield() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }

func (p *poller) close() error {
	p.in.Close()
	return p.out.Close()
}
