package nettest_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fakewire/fakewire/nettest"
)

func TestListenersAreAsTheKernels(t *testing.T) {
	for _, r := range listenerRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			kernel := tellListener(t, r, listens("tcp"))
			memory := tellListener(t, r, listensAtHome)
			if !slices.Equal(kernel, memory) {
				t.Errorf("%s: the kernel says\n\t%s\nin memory it is\n\t%s", r.why, strings.Join(kernel, "\n\t"), strings.Join(memory, "\n\t"))
			}
		})
	}
}

// listensAtHome makes a listener in memory that its own host dials.
func listensAtHome() (net.Listener, func(context.Context) (net.Conn, error), func(), error) {
	n := new(nettest.Network)
	ln, err := n.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, nil, err
	}
	dial := func(ctx context.Context) (net.Conn, error) { return n.DialContext(ctx, "tcp", ln.Addr().String()) }
	return ln, dial, func() { ln.Close() }, nil
}

// tellListener tells a row, and returns what came of each call, in order.
func tellListener(t *testing.T, r listenerRow, on nettest.MakeListener) []string {
	ln, connect, stop, err := on()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	l := &listenerSide{t: t, ln: ln, connect: connect}
	defer l.closeAll()
	r.tell(l)
	return l.said
}

// A listenerSide is the listener in a row, and its clients.
type listenerSide struct {
	t       *testing.T
	ln      net.Listener
	connect func(context.Context) (net.Conn, error)
	said    []string
	conns   []net.Conn
}

func (l *listenerSide) closeAll() {
	for _, c := range l.conns {
		c.Close()
	}
}

func (l *listenerSide) say(what string, err error) {
	s := side{}
	l.said = append(l.said, what+": "+s.describe(err, l.ln.Addr(), l.ln.Addr()))
}

// end returns an end of a connection, if there is such a connection.
func (l *listenerSide) end(name string, c net.Conn, err error) *side {
	if err != nil {
		return nil
	}
	l.conns = append(l.conns, c)
	return &side{t: l.t, name: name, c: c.(conn), said: &l.said}
}

func (l *listenerSide) dial(name string) *side {
	c, err := l.connect(l.t.Context())
	l.say("dial", err)
	return l.end(name, c, err)
}

// dialFor dials with a timeout.
func (l *listenerSide) dialFor(d time.Duration) {
	ctx, cancel := context.WithTimeout(l.t.Context(), d)
	defer cancel()
	c, err := l.connect(ctx)
	l.say("dial", err)
	l.end("", c, err)
}

// blockedDial calls do while a dial is blocked.
func (l *listenerSide) blockedDial(do func(cancel func())) {
	ctx, cancel := context.WithCancel(l.t.Context())
	defer cancel()
	l.whileBlocked("blocked dial", func() (net.Conn, error) { return l.connect(ctx) }, func() { do(cancel) })
}

func (l *listenerSide) accept(name string) *side {
	c, err := l.ln.Accept()
	l.say("Accept", err)
	return l.end(name, c, err)
}

// blockedAccept calls do while an Accept is blocked.
func (l *listenerSide) blockedAccept(do func()) { l.whileBlocked("blocked Accept", l.ln.Accept, do) }

func (l *listenerSide) whileBlocked(what string, call func() (net.Conn, error), do func()) {
	var c net.Conn
	s := side{t: l.t}
	what, err := s.whileBlocked(func() (_ string, err error) {
		c, err = call()
		return what, err
	}, do)
	l.say(what, err)
	l.end("", c, err)
}

func (l *listenerSide) close() { l.say("Close", l.ln.Close()) }

func (l *listenerSide) deadline(d time.Duration) {
	l.say("SetDeadline", l.ln.(interface{ SetDeadline(time.Time) error }).SetDeadline(in(d)))
}

// room sets how many connections may wait to be accepted: on the kernel's network that is one
// more than the argument of listen.
func (l *listenerSide) room(n int) {
	if m, ok := l.ln.(*nettest.Listener); ok {
		wantError(l.t, "SetBacklog", m.SetBacklog(n), nil)
		return
	}
	l.control(func(fd int) error { return unix.Listen(fd, n-1) })
}

// queued waits until n connections wait to be accepted: a dial may return a little earlier.
func (l *listenerSide) queued(n int) {
	if m, ok := l.ln.(*nettest.Listener); ok {
		if got, err := m.Backlog(); got != n || err != nil {
			l.t.Errorf("%d connections wait, %v; want %d", got, err, n)
		}
		return
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Microsecond) {
		var info *unix.TCPInfo
		l.control(func(fd int) (err error) {
			info, err = unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
			return err
		})
		if int(info.Unacked) == n { // of a listening socket: the accept queue
			return
		}
		if time.Now().After(end) {
			l.t.Fatalf("%d connections wait, want %d", info.Unacked, n)
		}
	}
}

func (l *listenerSide) control(do func(fd int) error) {
	raw, err := l.ln.(*net.TCPListener).SyscallConn()
	if err == nil {
		var inner error
		err = raw.Control(func(fd uintptr) { inner = do(int(fd)) })
		err = errors.Join(err, inner)
	}
	if err != nil {
		l.t.Fatal(err)
	}
}
