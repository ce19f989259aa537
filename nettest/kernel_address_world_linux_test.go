package nettest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// An addressWorld is the network in a row about addresses. Each of its calls adds a line to
// the story, without the ports that were picked.
type addressWorld struct {
	t      *testing.T
	ctx    context.Context
	on     fakeserver.Transport
	dialOn func(ctx context.Context, network, address string) (net.Conn, error)
	said   []string
}

func (w *addressWorld) say(format string, args ...any) {
	w.said = append(w.said, picked.ReplaceAllString(fmt.Sprintf(format, args...), ":N"))
}

// picked matches the ports that are picked for port 0, and those that stand for PORT.
var picked = regexp.MustCompile(`:[2-6]\d{4}\b`)

// words returns everything about an error that a caller can find out, except its type.
func words(err error) string {
	op, _ := errors.AsType[*net.OpError](err)
	if op == nil {
		return fmt.Sprint(err)
	}
	_, addrErr := errors.AsType[*net.AddrError](err)
	return fmt.Sprintf("%v (%s %s from %v to %v, AddrError %v)", err, op.Op, op.Net, op.Source, op.Addr, addrErr)
}

// open listens. PORT in the address is one that is never picked for port 0, so that dialing it at
// another address meets no stranger.
func (w *addressWorld) open(network, address string) (ln net.Listener, err error) {
	for range 100 {
		port := fmt.Sprint(20000 + rand.IntN(10000))
		ln, err = w.on.Listen(w.ctx, network, strings.Replace(address, "PORT", port, 1))
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return ln, err
}

// listen listens, and if the port is PORT, dials it in several ways.
func (w *addressWorld) listen(network, address string) {
	ln, err := w.open(network, address)
	if err != nil {
		w.say("listen %s %q: %s", network, address, words(err))
		return
	}
	defer ln.Close()
	w.say("listen %s %q: %v", network, address, ln.Addr())
	if !strings.HasSuffix(address, "PORT") {
		return
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	for _, host := range []string{"", "0.0.0.0", "::", "127.0.0.1", "127.0.0.9", "::1"} {
		c, err := w.dialOn(w.ctx, "tcp", net.JoinHostPort(host, port))
		if err != nil {
			w.say("  dial %q: %s", host, words(err))
			continue
		}
		s, err := ln.Accept()
		if err != nil {
			w.t.Fatal(err)
		}
		w.say("  dial %q: %s, %s", host, ends(c), ends(s))
		c.Close()
		s.Close()
	}
}

// ends returns a connection's addresses. An AddrPort tells IPv4 from IPv4 mapped into IPv6.
func ends(c net.Conn) string {
	addr := func(a net.Addr) netip.AddrPort { return a.(interface{ AddrPort() netip.AddrPort }).AddrPort() }
	return fmt.Sprintf("%v (%v) to %v (%v)", c.LocalAddr(), addr(c.LocalAddr()), c.RemoteAddr(), addr(c.RemoteAddr()))
}

func (w *addressWorld) listenPacket(network, address string) {
	pc, err := w.on.ListenPacket(w.ctx, network, address)
	if err != nil {
		w.say("listen %s %q: %s", network, address, words(err))
		return
	}
	defer pc.Close()
	w.say("listen %s %q: %v", network, address, pc.LocalAddr())
}

func (w *addressWorld) dial(network, address string) {
	c, err := w.dialOn(w.ctx, network, address)
	if err != nil {
		w.say("dial %s %q: %s", network, address, words(err))
		return
	}
	defer c.Close()
	w.say("dial %s %q: %s", network, address, ends(c))
}

// writeTo sends a datagram from a socket, and from a closed one.
func (w *addressWorld) writeTo(network string, to net.Addr) {
	pc, err := w.on.ListenPacket(w.ctx, network, ":0")
	if err != nil {
		w.t.Fatal(err)
	}
	n, err := pc.WriteTo([]byte("x"), to)
	w.say("%s to %#v: %d, %s", network, to, n, words(err))
	pc.Close()
	_, err = pc.WriteTo([]byte("x"), to)
	w.say("  closed: %s", words(err))
}

// send sends a datagram of some size from a socket that listens on address: with time, without, and after Close.
func (w *addressWorld) send(network, address string, size int, to net.Addr) {
	pc, err := w.on.ListenPacket(w.ctx, network, address)
	if err != nil {
		w.t.Fatal(err)
	}
	defer pc.Close()
	n, err := pc.WriteTo(make([]byte, size), to)
	w.say("%d bytes from %s %s to %v: %d, %s", size, network, address, to, n, words(err))
	pc.SetDeadline(time.Unix(1, 0))
	_, err = pc.WriteTo(make([]byte, size), to)
	w.say("  past deadline: %s", words(err))
	pc.Close()
	_, err = pc.WriteTo(make([]byte, size), to)
	w.say("  closed: %s", words(err))
}

// datagram sends a datagram from a client's socket to a server's, and another back.
func (w *addressWorld) datagram(network, listen, host string) {
	pc, err := w.on.ListenPacket(w.ctx, network, listen)
	if err != nil {
		w.t.Fatal(err)
	}
	defer pc.Close()
	_, port, _ := net.SplitHostPort(pc.LocalAddr().String())
	c, err := w.dialOn(w.ctx, "udp", net.JoinHostPort(host, port))
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.Close()
	w.say("%s on %q: %s", network, listen, ends(c))
	patient := time.Now().Add(20 * time.Second)
	pc.SetDeadline(patient)
	c.SetDeadline(patient)
	server := pc.(interface {
		ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error)
		ReadMsgUDPAddrPort(b, oob []byte) (n, oobn, flags int, addr netip.AddrPort, err error)
		WriteToUDPAddrPort(b []byte, addr netip.AddrPort) (int, error)
	})
	p := make([]byte, 10)
	c.Write([]byte("x"))
	_, from, err := pc.ReadFrom(p)
	w.say("  ReadFrom %v (%v): %v", from, from.(*net.UDPAddr).AddrPort(), err)
	c.Write([]byte("x"))
	_, ap, err := server.ReadFromUDPAddrPort(p)
	w.say("  ReadFromUDPAddrPort %v: %v", ap, err)
	c.Write([]byte("x"))
	_, _, _, ap, err = server.ReadMsgUDPAddrPort(p, nil)
	w.say("  ReadMsgUDPAddrPort %v: %v", ap, err)
	_, err = server.WriteToUDPAddrPort([]byte("x"), ap)
	w.say("  WriteToUDPAddrPort: %v", err)
	_, err = server.WriteToUDPAddrPort([]byte("x"), netip.AddrPort{})
	w.say("  WriteToUDPAddrPort of nothing: %v", err)
	if host != "127.0.0.9" { // there a socket on all addresses answers from another one than was dialed
		n, err := c.Read(p)
		w.say("  the answer: %d, %v", n, err)
	}
}
