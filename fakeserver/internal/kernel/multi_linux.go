package kernel

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is struct mmsghdr of linux/socket.h: a struct msghdr, and how many bytes the kernel put there.
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

// multiReader reads up to len(headers) datagrams per system call. Everything that the kernel writes to is allocated once, and
// the headers point to it.
type multiReader struct {
	pc      *net.UDPConn
	raw     syscall.RawConn
	receive func(fd uintptr) bool // r.recvmmsg, kept because a method value made in read would be an allocation

	headers  []mmsghdr
	iovecs   []unix.Iovec
	names    []unix.RawSockaddrInet6 // room for either family
	controls []arrivalTime           // room for when each one arrived
	buffers  []byte
	messages []Message
	zones    map[uint32]string // interface names: a look-up costs a netlink dump

	used  int // headers the kernel wrote to in the last call
	errno syscall.Errno
}

func newMultiReader(pc *net.UDPConn, n int) (*multiReader, error) {
	raw, err := pc.SyscallConn()
	if err != nil {
		return nil, err
	}
	r := &multiReader{
		pc:       pc,
		raw:      raw,
		headers:  make([]mmsghdr, n),
		iovecs:   make([]unix.Iovec, n),
		names:    make([]unix.RawSockaddrInet6, n),
		controls: make([]arrivalTime, n),
		buffers:  make([]byte, n*bufferSize),
		messages: make([]Message, n),
		zones:    make(map[uint32]string),
	}
	r.receive = r.recvmmsg
	for i := range r.headers {
		r.iovecs[i].Base = &r.buffers[i*bufferSize]
		r.iovecs[i].SetLen(bufferSize)
		h := &r.headers[i].header
		h.Name = (*byte)(unsafe.Pointer(&r.names[i]))
		h.Namelen = unix.SizeofSockaddrInet6
		h.Iov = &r.iovecs[i]
		h.SetIovlen(1)
		h.Control = (*byte)(unsafe.Pointer(&r.controls[i]))
		h.SetControllen(arrivalTimeSize)
	}
	// Without it nothing is known of times.
	_ = control(pc, func(fd uintptr) error { return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) })
	return r, nil
}

// arrivalTime is the control message that SO_TIMESTAMPNS asks for: a struct cmsghdr and a struct timespec.
type arrivalTime struct {
	header unix.Cmsghdr
	time   unix.Timespec
}

const arrivalTimeSize = int(unsafe.Sizeof(arrivalTime{}))

// arrived is when the datagram that the kernel has put at i arrived.
func (r *multiReader) arrived(i int) time.Duration {
	h, c := &r.headers[i].header, &r.controls[i]
	if int(h.Controllen) < arrivalTimeSize || c.header.Level != unix.SOL_SOCKET || c.header.Type != unix.SCM_TIMESTAMPNS {
		return 0
	}
	return time.Duration(c.time.Nano())
}

func (r *multiReader) read() ([]Message, error) { return r.readWith(r.receive) }

// readNow is read, but never waits.
func (r *multiReader) readNow() ([]Message, error) {
	messages, err := r.readWith(func(fd uintptr) bool {
		r.recvmmsg(fd)
		return true
	})
	if err == nil && len(messages) == 0 {
		err = r.asRead(os.ErrDeadlineExceeded)
	}
	return messages, err
}

func (r *multiReader) readWith(receive func(fd uintptr) bool) ([]Message, error) {
	for i := range r.headers[:r.used] { // the kernel has put the real lengths there
		r.headers[i].header.Namelen = unix.SizeofSockaddrInet6
		r.headers[i].header.SetControllen(arrivalTimeSize)
	}
	r.used, r.errno = 0, 0
	err := r.raw.Read(receive)
	if err == nil && r.errno != 0 {
		err = os.NewSyscallError("recvmmsg", r.errno)
	}
	if err != nil {
		return nil, r.asRead(err)
	}
	for i := range r.headers[:r.used] {
		r.messages[i] = r.message(i)
	}
	return r.messages[:r.used], nil
}

// recvmmsg takes what is there. False tells the poller to wait for more.
func (r *multiReader) recvmmsg(fd uintptr) bool {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.headers[0])),
			uintptr(len(r.headers)), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			r.used = int(n)
			return true
		case unix.EINTR:
		case unix.EAGAIN:
			return false
		default:
			r.errno = errno
			return true
		}
	}
}

// asRead makes err what a Read of package net gives.
func (r *multiReader) asRead(err error) error {
	if raw, ok := errors.AsType[*net.OpError](err); ok {
		read := *raw // Op "raw-read": closed, or past the deadline
		read.Op = "read"
		return &read
	}
	return &net.OpError{Op: "read", Net: "udp", Source: r.pc.LocalAddr(), Addr: r.pc.RemoteAddr(), Err: err}
}

// message is the datagram that the kernel has put at i.
func (r *multiReader) message(i int) Message {
	h := &r.headers[i]
	start := i * bufferSize
	end := start + int(h.length)
	return Message{
		Data:      r.buffers[start:end:end],
		From:      r.from(&r.names[i]),
		Arrived:   r.arrived(i),
		Truncated: h.header.Flags&unix.MSG_TRUNC != 0,
	}
}

// from reads a sender's address. IPv4-mapped ones come from a dual-stack socket.
func (r *multiReader) from(name *unix.RawSockaddrInet6) netip.AddrPort {
	if name.Family == unix.AF_INET {
		name4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom4(name4.Addr), bigEndian(name4.Port))
	}
	addr := netip.AddrFrom16(name.Addr).Unmap()
	if name.Scope_id != 0 && addr.Is6() {
		zone, ok := r.zones[name.Scope_id]
		if !ok {
			zone = zoneName(name.Scope_id)
			r.zones[name.Scope_id] = zone
		}
		addr = addr.WithZone(zone)
	}
	return netip.AddrPortFrom(addr, bigEndian(name.Port))
}

// bigEndian reads a port that the kernel has put into port in network order.
func bigEndian(port uint16) uint16 {
	b := (*[2]byte)(unsafe.Pointer(&port))
	return uint16(b[0])<<8 | uint16(b[1])
}
