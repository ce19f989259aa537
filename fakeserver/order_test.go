package fakeserver_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// endings end a connection or a direction, when the request has come and where its
// answer is.
var endings = map[string]fault.Fault{"reset": fault.Reset{}, "close": fault.Close{}, "half-close": fault.HalfClose{}}

// others are what the other direction has a rule for meanwhile.
var others = map[string]fault.Rule{
	"slow-close":    {Fault: fault.SlowClose{Delay: time.Millisecond}},
	"latency":       {Fault: fault.Latency{Delay: time.Millisecond}},
	"slice":         {Fault: fault.Slice{Size: 2}},
	"replace":       {Fault: fault.Replace{Old: "I", New: "O"}},
	"stall":         fault.Rule{Fault: fault.Stall{For: time.Millisecond}}.AfterBytes(5),
	"early reset":   fault.Rule{Fault: fault.Reset{}}.AfterBytes(3),
	"reset":         fault.Rule{Fault: fault.Reset{}}.AfterBytes(5),
	"close":         fault.Rule{Fault: fault.Close{}}.AfterBytes(5),
	"half-close":    fault.Rule{Fault: fault.HalfClose{}}.AfterBytes(5),
	"reset at once": {Fault: fault.Reset{}},
	"close at once": {Fault: fault.Close{}},
}

// A report depends on the plan and on the bytes, and not on which of two directions is
// quicker where one ends the other.
func TestReportDoesNotDependOnGoroutines(t *testing.T) {
	for name, f := range endings {
		for with, other := range others {
			for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
				t.Run(fmt.Sprintf("%s %v with %s", name, d, with), func(t *testing.T) {
					t.Parallel()
					ending := fault.Rule{Fault: f, Direction: d}.AfterBytes(5).NeedNotFire()
					other := other.NeedNotFire()
					if other.Direction = transcript.FromClient; d == transcript.FromClient {
						other.Direction = transcript.ToClient
					}
					first := reportOf(t, plan(ending, other))
					for n := range 20 {
						if again := reportOf(t, plan(ending, other)); again != first {
							t.Fatalf("run %d:\n%s\nthe first:\n%s", n+2, again, first)
						}
					}
				})
			}
		}
	}
}

// reportOf returns what a server reports of one request and one answer of five bytes each,
// and whether all that a rule did is in the record before the connection's close.
func reportOf(t *testing.T, p fault.Plan) string {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.HandlerFunc(answers), Faults: p})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if c, err := dialAny(srv); err == nil {
		io.WriteString(c, "PING\n")
		if _, err := bufio.NewReader(c).ReadString('\n'); err == nil {
			// The answer is whole, and what ends the connection there has still to act: the
			// client's own end comes after that.
			wait(t, srv, func(tr transcript.Transcript) bool {
				return slices.ContainsFunc(tr.Faults(), func(e transcript.Event) bool { return strings.HasPrefix(e.Rule, p.Rules[0].Fault.Kind()) }) &&
					(p.Rules[0].Fault != fault.Reset{} || ended(1)(tr))
			})
		}
		c.(interface{ CloseWrite() error }).CloseWrite()
		io.Copy(io.Discard, c)
		c.Close()
	}
	wait(t, srv, ended(1))
	closed, late := false, ""
	for e := range srv.Transcript().Conn(1).All() {
		if e.Kind == transcript.Fault && closed {
			late += "after its close: " + e.Rule + "\n"
		}
		closed = closed || e.Kind == transcript.Close
	}
	return srv.Report().String() + late
}

func answers(_ context.Context, c *fakeserver.Conn) error {
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return err
	}
	_, err = io.WriteString(c, line)
	return err
}

// Where both directions end a connection at its beginning, the one to the client does. The
// other comes to a socket that is closed: it was reached, did nothing, and is not in the record.
func TestRulesDoNothingOnASocketThatIsClosed(t *testing.T) {
	for range 20 {
		srv, err := fakeserver.Listen(fakeserver.Config{Faults: plan(fault.FromClient(fault.Reset{}), fault.ToClient(fault.Reset{}))})
		if err != nil {
			t.Fatal(err)
		}
		if c, err := dialAny(srv); err == nil {
			defer c.Close()
		}
		wait(t, srv, ended(1))
		srv.Close()
		if o := srv.Report().Rules; o[0].State != fault.Armed || o[1].State != fault.Fired {
			t.Fatalf("from the client %v, to the client %v; want armed and fired:\n%v", o[0].State, o[1].State, srv.Transcript())
		}
		if n := len(srv.Transcript().Faults()); n != 1 {
			t.Fatalf("%d faults in the record, want 1:\n%v", n, srv.Transcript())
		}
		wantError(t, "Verify", srv.Verify(), nil, "reset.FromClient.1 was armed")
	}
}
