package nettest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fakewire/fakewire/nettest"
)

// Everything that a row tells is measured on the kernel's loopback, and the same in memory.
func TestStreamsAreAsTheKernels(t *testing.T) {
	for _, r := range slices.Concat(rows, waits, windows) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			kernel := tellOn(t, r, listenKernel)
			memory := tellOn(t, r, listenMemory(new(nettest.Network)))
			if !slices.Equal(kernel, memory) {
				t.Errorf("%s: the kernel says\n\t%s\nin memory it is\n\t%s", r.why, strings.Join(kernel, "\n\t"), strings.Join(memory, "\n\t"))
			}
		})
	}
}

type listen func(t *testing.T) (ln net.Listener, dial func() (net.Conn, error))

func listenKernel(t *testing.T) (net.Listener, func() (net.Conn, error)) {
	var lc net.ListenConfig
	lc.SetMultipathTCP(false)
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln, func() (net.Conn, error) { return net.Dial("tcp", ln.Addr().String()) }
}

func listenMemory(n *nettest.Network) listen {
	return func(t *testing.T) (net.Listener, func() (net.Conn, error)) {
		ln, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return ln, func() (net.Conn, error) { return n.DialContext(context.Background(), "tcp", ln.Addr().String()) }
	}
}

// tellOn tells a row, and returns what came of each call, in order.
func tellOn(t *testing.T, r row, on listen) []string {
	ln, dial := on(t)
	defer ln.Close()
	client, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var said []string
	a := &side{t: t, name: "a", c: client.(conn), said: &said}
	b := &side{t: t, name: "b", c: server.(conn), said: &said}
	r.tell(a, b)
	return said
}

// A conn is what a TCP connection and one in memory have in common.
type conn interface {
	net.Conn
	CloseRead() error
	CloseWrite() error
	SetLinger(int) error
	SetNoDelay(bool) error
	SetReadBuffer(int) error
	SetWriteBuffer(int) error
}

// A side is one end of the stream in a row. Each of its calls adds a line to the story.
type side struct {
	t    *testing.T
	name string
	c    conn
	said *[]string
	full int // how much was written to fill the window
}

func (s *side) say(what string, err error) {
	*s.said = append(*s.said, s.name+": "+what+": "+s.describe(err, s.c.LocalAddr(), s.c.RemoteAddr()))
}

// describe returns everything about an error that a caller can find out.
func (s *side) describe(err error, here, there net.Addr) string {
	if err == nil || err == io.EOF {
		return fmt.Sprint(err)
	}
	var op *net.OpError
	if !errors.As(err, &op) {
		return fmt.Sprintf("not an OpError: %v (closed %v)", err, errors.Is(err, net.ErrClosed))
	}
	text := fmt.Sprintf("%s %s from %s to %s", op.Op, op.Net, place(op.Source, here, there), place(op.Addr, here, there))
	var errno syscall.Errno
	var call *os.SyscallError
	if errors.As(err, &call) && errors.As(err, &errno) {
		return fmt.Sprintf("%s: %s %s", text, call.Syscall, unix.ErrnoName(errno))
	}
	// Package net's connect has a race between the two errors that a dial's deadline may give.
	timeout := op.Timeout() && (op.Op == "dial" || errors.Is(err, os.ErrDeadlineExceeded))
	return fmt.Sprintf("%s: %v (closed %v, timeout %v)", text, op.Err, errors.Is(err, net.ErrClosed), timeout)
}

// place returns which of two addresses a is.
func place(a, here, there net.Addr) string {
	switch {
	case a == nil:
		return "-"
	case a.String() == here.String():
		return "here"
	case a.String() == there.String():
		return "there"
	}
	return a.String()
}

func (s *side) read(n int) {
	p := make([]byte, n)
	n, err := s.c.Read(p)
	s.say(fmt.Sprintf("Read(%d) = %q", len(p), p[:n]), err)
}

func (s *side) write(text string) {
	n, err := s.c.Write([]byte(text))
	s.say(fmt.Sprintf("Write(%q) = %d", text, n), err)
}

func (s *side) close()                   { s.say("Close", s.c.Close()) }
func (s *side) closeRead()               { s.say("CloseRead", s.c.CloseRead()) }
func (s *side) closeWrite()              { s.say("CloseWrite", s.c.CloseWrite()) }
func (s *side) linger(sec int)           { s.say("SetLinger", s.c.SetLinger(sec)) }
func (s *side) noDelay()                 { s.say("SetNoDelay", s.c.SetNoDelay(true)) }
func (s *side) readBuffer(n int)         { s.say("SetReadBuffer", s.c.SetReadBuffer(n)) }
func (s *side) writeBuffer(n int)        { s.say("SetWriteBuffer", s.c.SetWriteBuffer(n)) }
func (s *side) deadline(d time.Duration) { s.say("SetDeadline", s.c.SetDeadline(in(d))) }
func (s *side) readDeadline(d time.Duration) {
	s.say("SetReadDeadline", s.c.SetReadDeadline(in(d)))
}
func (s *side) writeDeadline(d time.Duration) {
	s.say("SetWriteDeadline", s.c.SetWriteDeadline(in(d)))
}

func in(d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}

func (s *side) reset() {
	s.linger(0)
	s.close()
}

// fill writes until the window is full: until nothing fits three times in a row, since the kernel
// enlarges its buffers on the way. How much that takes is not part of the story.
func (s *side) fill() {
	p := make([]byte, 1<<16)
	for full := 0; full < 3; full++ {
		s.c.SetWriteDeadline(time.Now().Add(soon))
		n, err := s.c.Write(p)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			s.t.Fatal(err)
		}
		if s.full += n; n > 0 {
			full = -1
		}
	}
	s.c.SetWriteDeadline(time.Time{})
}

// blockedRead calls do while a Read is blocked.
func (s *side) blockedRead(n int, do func()) {
	what, err := s.whileBlocked(func() (string, error) {
		p := make([]byte, n)
		n, err := s.c.Read(p)
		return fmt.Sprintf("blocked Read(%d) = %q", len(p), p[:n]), err
	}, do)
	s.say(what, err)
}

// blockedWrite calls do while a Write is blocked.
func (s *side) blockedWrite(n int, do func()) {
	var wrote int
	what, err := s.whileBlocked(func() (string, error) {
		var err error
		wrote, err = s.c.Write(make([]byte, n)) // how much fits differs on the kernel
		return "blocked Write", err
	}, do)
	s.full += wrote
	s.say(what, err)
}

func (s *side) whileBlocked(call func() (string, error), do func()) (string, error) {
	type result struct {
		what string
		err  error
	}
	done := make(chan result)
	go func() {
		what, err := call()
		done <- result{what, err}
	}()
	select {
	case <-time.After(soon): // it is blocked; if it is not yet, the story is another, and as good
	case r := <-done:
		s.t.Errorf("%s: %v: it did not block", r.what, r.err)
		return r.what, r.err
	}
	do()
	r := <-done
	return r.what, r.err
}

// arrived waits until n bytes can be read. In memory that is at once.
func (s *side) arrived(n int) {
	if m, ok := s.c.(*nettest.Conn); ok {
		if got, err := m.Unread(); got != n || err != nil {
			s.t.Errorf("%d bytes have arrived, %v; want %d", got, err, n)
		}
		return
	}
	s.await("bytes", func(fd int) bool {
		got, err := unix.IoctlGetInt(fd, unix.TIOCINQ)
		return err == nil && got == n
	})
}

// sawFIN waits until the peer's FIN has arrived, and sawRST until its RST has.
func (s *side) sawFIN() { s.awaitPoll("FIN", unix.POLLRDHUP) }
func (s *side) sawRST() { s.awaitPoll("RST", unix.POLLHUP) }

func (s *side) awaitPoll(what string, events int16) {
	s.await(what, func(fd int) bool {
		p := []unix.PollFd{{Fd: int32(fd), Events: events}}
		n, err := unix.Poll(p, 0)
		return err == nil && n == 1 && p[0].Revents&events != 0
	})
}

func (s *side) await(what string, is func(fd int) bool) {
	tcp, ok := s.c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		s.t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Microsecond) {
		there := false
		if err := raw.Control(func(fd uintptr) { there = is(int(fd)) }); err != nil || time.Now().After(end) {
			s.t.Fatalf("no %s: %v", what, err)
		}
		if there {
			return
		}
	}
}
