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

// multiReader reads up to len(headers) datagrams per system call. Everything that the kernel writes to is allocated once, but for
// what it is offered, and the headers point to it.
type multiReader struct {
	pc         *net.UDPConn
	raw        syscall.RawConn
	receive    func(fd uintptr) bool // r.recvmmsg, kept because a method value made in read would be an allocation
	receiveNow func(fd uintptr) bool

	headers  []mmsghdr
	iovecs   [][2]unix.Iovec         // where a datagram is expected to fit, and where the rest of it would go
	names    []unix.RawSockaddrInet6 // room for either family
	controls []arrivalTime           // room for when each one arrived
	buffers  *buffers
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
		iovecs:   make([][2]unix.Iovec, n),
		names:    make([]unix.RawSockaddrInet6, n),
		controls: make([]arrivalTime, n),
		messages: make([]Message, n),
	}
	if r.buffers, err = takeBuffers(n); err != nil {
		return nil, err
	}
	r.receive = r.recvmmsg
	r.receiveNow = func(fd uintptr) bool {
		r.recvmmsg(fd)
		return true
	}
	for i := range r.headers {
		h := &r.headers[i].header
		h.Name = (*byte)(unsafe.Pointer(&r.names[i]))
		h.Iov = &r.iovecs[i][0]
		h.Control = (*byte)(unsafe.Pointer(&r.controls[i]))
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

// close gives the buffers back. Nothing reads any more, nor uses what was read.
func (r *multiReader) close() {
	if r.buffers != nil {
		r.buffers.giveBack()
		r.buffers = nil
	}
}

func (r *multiReader) read(p []byte, size int) ([]Message, error) {
	return r.readWith(r.receive, p, size)
}

// readNow is read, but never waits.
func (r *multiReader) readNow(p []byte, size int) ([]Message, error) {
	messages, err := r.readWith(r.receiveNow, p, size)
	if err == nil && len(messages) == 0 {
		err = r.asRead(os.ErrDeadlineExceeded)
	}
	return messages, err
}

func (r *multiReader) readWith(receive func(fd uintptr) bool, p []byte, size int) ([]Message, error) {
	slots := r.offer(p, size)
	r.used, r.errno = 0, 0
	err := r.raw.Read(receive)
	if err == nil && r.errno != 0 {
		err = os.NewSyscallError("recvmmsg", r.errno)
	}
	if err != nil {
		return nil, r.asRead(err)
	}
	for i := range r.headers[:r.used] {
		if i < slots && int(r.headers[i].length) > size {
			r.gather(i, slots, size)
			slots = i
		}
		r.messages[i] = r.message(i, i < slots)
	}
	return r.messages[:r.used], nil
}

// offer has the headers point to p, for datagrams of at most size bytes, as far as it reaches, and then to the buffers. It
// returns for how many p has room.
func (r *multiReader) offer(p []byte, size int) (slots int) {
	if size > 0 && size < bufferSize {
		slots = min(len(p)/size, len(r.headers))
	}
	for i := range r.headers {
		h, v := &r.headers[i].header, &r.iovecs[i]
		h.SetIovlen(1)
		v[0].Base = &r.buffers.at(i)[0]
		v[0].SetLen(bufferSize)
		if i < slots {
			h.SetIovlen(2)
			v[0].Base = &p[i*size]
			v[0].SetLen(size)
			v[1].Base = &r.buffers.at(i)[size]
			v[1].SetLen(bufferSize - size)
		}
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(arrivalTimeSize)
	}
	return slots
}

// gather puts the datagrams from i on, of which i is longer than a slot, into their buffers.
func (r *multiReader) gather(i, slots, size int) {
	for ; i < min(slots, r.used); i++ {
		copy(r.buffers.at(i), unsafe.Slice(r.iovecs[i][0].Base, size))
	}
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

// message is the datagram that the kernel has put at i, into its slot or its buffer.
func (r *multiReader) message(i int, inSlot bool) Message {
	h := &r.headers[i]
	n := int(h.length)
	data := r.buffers.at(i)[:n:n]
	if inSlot {
		data = unsafe.Slice(r.iovecs[i][0].Base, n)
	}
	return Message{
		Data:      data,
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
			if r.zones == nil {
				r.zones = make(map[uint32]string)
			}
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
