package explore

import (
	"context"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// On sockets a step that timed out is blamed only where everything had come long before, and the machine had time.
func TestFussyOnSocketsBlamesNoBusyMachine(t *testing.T) {
	record := recordOf("tcp", "1>get\n", "1<apples\n")
	for _, test := range []struct {
		name  string
		ended time.Duration // after all had come, at 0
		busy  time.Duration
		want  int
	}{
		{"it waited in vain", 500 * time.Millisecond, 0, 1},
		{"the last byte came late", 200 * time.Millisecond, 0, 0},
		{"the machine was busy", 500 * time.Millisecond, 40 * time.Millisecond, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := Outcome{Plan: inPieces, Transcript: record, end: returned, busy: test.busy,
				Steps: []Step{{Caller: 1, Name: "get", N: 1, Err: context.DeadlineExceeded, Class: timeout, Took: test.ended}}}
			j := judge{deadline: 500 * time.Millisecond}
			if got := j.fussy(o); len(got) != test.want {
				t.Errorf("it is accused of %v, want %d breaches", got, test.want)
			}
		})
	}
}

// A connection that is forgotten is left, though the garbage collector would close it before anybody looks.
// It is alone, as other tests may run the collector by themselves.
func TestLeaksSeesWhatTheCollectorWouldClose(t *testing.T) {
	if !Alone(t) {
		return
	}
	body := func(_ context.Context, w *Wire) error {
		_, err := w.Do("ask", func(ctx context.Context) (any, error) {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.Addr())
			if err != nil {
				return nil, err
			}
			answer, err := exchange(conn, "apples")
			if err == nil {
				conn.Close()
			}
			return answer, err
		})
		var most int
		for range 100 {
			most += len(make([]byte, 1<<20)) // garbage, for the collector to run
		}
		runtime.KeepAlive(most)
		return err
	}
	l := newLocal(Config{OnSockets: true, Within: 200 * time.Millisecond}, fault.Streams, body)
	if _, err := l.rehearse(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := l.try(t.Context(), only(fault.ToClient(fault.Close{}).OnConn(1)), true)
	if len(r.Breaches) != 1 || r.Breaches[0].Oracle != Leaks || !strings.Contains(r.Breaches[0].Text, "descriptor") {
		t.Errorf("it is accused of %v, want the descriptor", r.Breaches)
	}
}
