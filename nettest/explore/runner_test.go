package explore

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/subject"
)

// When a trial is over, what the client has opened is closed, so that what waits there for ever comes to its end: a bubble
// has no goroutines left then.
func TestRunnerHangsUpWhatIsLeft(t *testing.T) {
	await := func(_ context.Context, w *Wire) error {
		w.Do("await", func(context.Context) (any, error) {
			conn, err := w.DialContext(context.Background(), "udp", "server.test:4242")
			if err != nil {
				return nil, err
			}
			if _, err := conn.Write([]byte("apples")); err != nil {
				return nil, err
			}
			return conn.Read(make([]byte, 100))
		})
		return nil
	}
	listen := func(_ context.Context, w *Wire) error {
		w.Do("listen", func(context.Context) (any, error) {
			conn, err := w.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
			if err != nil {
				return nil, err
			}
			if _, err := conn.WriteTo([]byte("apples"), w.ServerAddr()); err != nil {
				return nil, err
			}
			_, _, err = conn.ReadFrom(make([]byte, 100))
			return nil, err
		})
		return nil
	}
	for name, body := range map[string]Body{"a connection": await, "a socket": listen} {
		r := &runner{medium: fault.Datagrams, body: body, suite: t, bound: time.Second}
		if o := r.run(t.Context(), only(fault.ToClient(fault.Blackhole{}))); o.end != hung || o.said != "" {
			t.Errorf("%s: it ended as %d, and the bubble says %q", name, o.end, o.said)
		}
	}
}

// What is opened when the trial is over is closed at once.
func TestTrialClosesWhatIsOpenedTooLate(t *testing.T) {
	client, server := net.Pipe()
	defer server.Close()
	tr := newTrial(t.Context(), nil, nil, subject.Bound{}, 1)
	tr.close()
	tr.opened(client)
	if _, err := client.Write([]byte("x")); err == nil {
		t.Error("it is open")
	}
}
