package fakeserver_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// interrupted is a listener whose Accept has a connection, and returns it when it is interrupted
// by a deadline.
type interrupted struct {
	*fakenet.Listener
	has    chan struct{} // closed when Accept has one
	passed func()        // called when the deadline is set
	past   chan struct{} // closed then
}

func (l *interrupted) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		close(l.has)
		<-l.past
	}
	return c, err
}

func (l *interrupted) SetDeadline(t time.Time) error {
	if !t.IsZero() {
		l.passed()
		close(l.past)
	}
	return l.Listener.SetDeadline(t)
}

// A connection that was taken from below, and has no number yet, is one of those that Restart ends,
// and in the record before it.
func TestListenerRestartEndsWhatIsBeingAccepted(t *testing.T) {
	network := new(fakenet.Network)
	below, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	slow := &interrupted{Listener: below.(*fakenet.Listener), has: make(chan struct{}), past: make(chan struct{})}
	ln := fakeserver.StartListener(t, slow, fakeserver.Config{})
	slow.passed = func() { time.AfterFunc(50*time.Millisecond, fakeserver.HoldAdmission(ln)) }
	go serveEchoes(ln)
	c := mustDialIn(t, network, below.Addr().String())
	defer c.Close()
	<-slow.has

	wantNil(t, "Restart", ln.Restart(transcript.ByFIN, 0))
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("Read after Restart: %v, want EOF", err)
	}
	for e := range ln.Transcript().Kind(transcript.Accept).All() {
		if e.Seq != 1 {
			t.Errorf("the connection comes after the restart that ends it:\n%v", ln.Transcript())
		}
	}
}
