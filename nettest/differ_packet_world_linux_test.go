package nettest_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// A packetWorld is where a program about datagrams runs: a socket, and the sockets that it may send to.
type packetWorld struct {
	s      packetConn
	others map[string]packetConn // by the names that stand for their ports
	gone   map[string]bool
	names  *strings.Replacer // of ports
}

// receivers are the sockets to send to, and where they listen. "shut" is closed.
var receivers = []struct{ name, network, address string }{
	{"four", "udp", "127.0.0.1:0"},
	{"six", "udp", "[::1]:0"},
	{"shut", "udp4", "127.0.0.1:0"},
}

// newPacketWorld opens the sockets. The one that a program is about is connected to the receiver with
// this name, if there is one.
func newPacketWorld(on fakeserver.Transport, dial dialFunc, network, address string) (*packetWorld, error) {
	for {
		w, err := openPacketWorld(on, dial, network, address)
		if err != nil {
			w.stop()
			return nil, err
		}
		if w.hasNames() {
			return w, nil
		}
		w.stop()
	}
}

func openPacketWorld(on fakeserver.Transport, dial dialFunc, network, address string) (*packetWorld, error) {
	w := &packetWorld{others: map[string]packetConn{}, gone: map[string]bool{}}
	for _, r := range receivers {
		pc, err := on.ListenPacket(context.Background(), r.network, r.address)
		if err != nil {
			return w, err
		}
		w.others[r.name] = pc.(packetConn)
	}
	w.leave("shut")
	if r := w.others[address]; r != nil {
		c, err := dial(context.Background(), network, r.LocalAddr().String())
		if err != nil {
			return w, err
		}
		w.s = c.(packetConn)
		return w, nil
	}
	pc, err := on.ListenPacket(context.Background(), network, address)
	if err != nil {
		return w, err
	}
	w.s = pc.(packetConn)
	return w, nil
}

// hasNames names the ports. It reports whether all of them differ, since two IP versions may have the
// same.
func (w *packetWorld) hasNames() bool {
	var names []string
	ports := map[int]bool{w.ownPort(): true}
	for _, r := range receivers {
		ports[w.port(r.name)] = true
		names = append(names, ":"+fmt.Sprint(w.port(r.name)), ":"+r.name)
	}
	w.names = strings.NewReplacer(append(names, ":"+fmt.Sprint(w.ownPort()), ":own")...)
	return len(ports) == len(receivers)+1
}

func (w *packetWorld) ownPort() int { return w.s.LocalAddr().(*net.UDPAddr).Port }

func (w *packetWorld) stop() {
	for _, pc := range w.others {
		pc.Close()
	}
	if w.s != nil {
		w.s.Close()
	}
}

// port returns the port that a name stands for.
func (w *packetWorld) port(name string) int {
	if pc := w.others[name]; pc != nil {
		return pc.LocalAddr().(*net.UDPAddr).Port
	}
	var port int
	_, _ = fmt.Sscan(name, &port)
	return port
}

// leave closes a receiver and keeps its port from others, with a socket that is connected to itself.
func (w *packetWorld) leave(name string) {
	w.gone[name] = true
	udp, ok := w.others[name].(*net.UDPConn)
	if !ok {
		w.others[name].(*nettest.PacketConn).Suspend()
		return
	}
	ap := udp.LocalAddr().(*net.UDPAddr).AddrPort()
	var self unix.Sockaddr = &unix.SockaddrInet4{Addr: netip.IPv4Unspecified().As4(), Port: int(ap.Port())}
	if ip := ap.Addr(); ip.Is4() {
		self.(*unix.SockaddrInet4).Addr = ip.As4()
	} else {
		self = &unix.SockaddrInet6{Addr: ip.As16(), Port: int(ap.Port())}
	}
	control(udp, func(fd int) { _ = unix.Connect(fd, self) })
}

// isRefused reports whether the next call returns what became of an earlier datagram.
func (w *packetWorld) isRefused() (refused bool) {
	if m, ok := w.s.(*nettest.PacketConn); ok {
		return m.Refused()
	}
	control(w.s.(*net.UDPConn), func(fd int) {
		p := []unix.PollFd{{Fd: int32(fd)}}
		n, err := unix.Poll(p, 0)
		refused = err == nil && n == 1 && p[0].Revents&unix.POLLERR != 0
	})
	return refused
}

// hasInput reports whether there is something to read.
func hasInput(pc packetConn) (is bool) {
	if m, ok := pc.(*nettest.PacketConn); ok {
		n, _ := m.Waiting()
		return n > 0
	}
	control(pc.(*net.UDPConn), func(fd int) {
		_, _, err := unix.Recvfrom(fd, nil, unix.MSG_PEEK|unix.MSG_DONTWAIT)
		is = err == nil
	})
	return is
}
