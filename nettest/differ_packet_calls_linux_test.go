package nettest_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// A destination is an address to send to. Its port may be a receiver's name.
type destination struct {
	ip   net.IP
	port string
}

func (to destination) String() string { return fmt.Sprintf("%#v port %s", []byte(to.ip), to.port) }

func (to destination) in(w *packetWorld) *net.UDPAddr {
	return &net.UDPAddr{IP: to.ip, Port: w.port(to.port)}
}

var destinationIPs = []net.IP{
	net.IPv4(127, 0, 0, 1), net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback,
	nil, net.IPv4zero, net.IPv4zero.To4(), net.IPv6zero, {1, 2, 3},
}

var packetSizes = []int{1, 0, 1000, 65507, 65508, 65527, 65528, 65535, 65536, 70_000}

func (d *packetDiffer) send() {
	to := destination{rapid.SampledFrom(destinationIPs).Draw(d.t, "ip"),
		rapid.SampledFrom([]string{"four", "six", "shut", "0", "-1", "70000", "65536"}).Draw(d.t, "port")}
	size := rapid.SampledFrom(packetSizes).Draw(d.t, "size")
	p := make([]byte, size)
	how := rapid.SampledFrom([]string{"Write", "WriteTo", "WriteTo nil", "WriteTo TCP", "WriteToUDP", "WriteToUDPAddrPort", "WriteMsgUDP",
		"WriteMsgUDP nil", "WriteMsgUDPAddrPort", "WriteMsgUDPAddrPort nil"}).Draw(d.t, "how")
	what := fmt.Sprintf("%s(%d) to %v", how, size, to)
	d.do(what, func(w *packetWorld) string {
		addr, n, oobn, err := to.in(w), 0, 0, error(nil)
		switch how {
		case "Write":
			n, err = w.s.Write(p)
		case "WriteTo":
			n, err = w.s.WriteTo(p, addr)
		case "WriteTo nil":
			n, err = w.s.WriteTo(p, (*net.UDPAddr)(nil))
		case "WriteTo TCP":
			n, err = w.s.WriteTo(p, &net.TCPAddr{IP: addr.IP, Port: addr.Port})
		case "WriteToUDP":
			n, err = w.s.WriteToUDP(p, addr)
		case "WriteToUDPAddrPort":
			n, err = w.s.(interface {
				WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
			}).WriteToUDPAddrPort(p, addr.AddrPort())
		case "WriteMsgUDP":
			n, oobn, err = w.s.WriteMsgUDP(p, nil, addr)
		case "WriteMsgUDP nil":
			n, oobn, err = w.s.WriteMsgUDP(p, nil, nil)
		case "WriteMsgUDPAddrPort":
			n, oobn, err = w.s.WriteMsgUDPAddrPort(p, nil, addr.AddrPort())
		case "WriteMsgUDPAddrPort nil":
			n, oobn, err = w.s.WriteMsgUDPAddrPort(p, nil, netip.AddrPort{})
		}
		return fmt.Sprintf("%d %d, %s", n, oobn, packetError(err))
	})
}

// packetError returns everything about an error that a caller can find out.
func packetError(err error) string {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok {
		return fmt.Sprint(err)
	}
	text := fmt.Sprintf("%s %s from %v to %v", op.Op, op.Net, op.Source, op.Addr)
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		errno, _ := errors.AsType[syscall.Errno](err)
		return fmt.Sprintf("%s: %s %s", text, call.Syscall, unix.ErrnoName(errno))
	}
	return fmt.Sprintf("%s: %T %v (closed %v, timeout %v)", text, op.Err, op.Err, errors.Is(err, net.ErrClosed), op.Timeout())
}

func receiveAs(s packetConn, how string, p []byte) string {
	var n, oobn, flags int
	var from any
	var err error
	switch how {
	case "Read":
		n, err = s.Read(p)
	case "ReadFrom":
		n, from, err = s.ReadFrom(p)
	case "ReadFromUDP":
		var addr *net.UDPAddr
		n, addr, err = s.ReadFromUDP(p)
		from = addr
	case "ReadFromUDPAddrPort":
		var addr netip.AddrPort
		n, addr, err = s.(interface {
			ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
		}).ReadFromUDPAddrPort(p)
		from = addr
	case "ReadMsgUDP":
		var addr *net.UDPAddr
		n, oobn, flags, addr, err = s.ReadMsgUDP(p, nil)
		from = addr
	case "ReadMsgUDPAddrPort":
		var addr netip.AddrPort
		n, oobn, flags, addr, err = s.ReadMsgUDPAddrPort(p, nil)
		from = addr
	}
	return fmt.Sprintf("%d %d, flags %#x, from %v, %s", n, oobn, flags, from, packetError(err))
}
