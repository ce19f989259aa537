package fakeserver_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// conversed lets the same two clients talk, in virtual time and in memory, to a server with that handler and plan, and returns
// what it recorded.
func conversed(t *testing.T, h fakeserver.Handler, p fault.Plan) (rec transcript.Recording, verify error) {
	t.Helper()
	nettest.Bubble(t, func(tb fakeserver.TB) {
		network := &nettest.Network{}
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: h, Faults: p, Transport: network})
		if err != nil {
			tb.Fatalf("Listen: %v", err)
		}
		released := make(chan struct{})
		go func() {
			defer close(released)
			time.Sleep(30 * time.Millisecond)
			srv.Release("gate")
		}()
		for i := range 2 {
			converse(network, srv.Addr())
			time.Sleep(time.Duration(i) * time.Second)
		}
		<-released
		if err := srv.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
		rec, verify = srv.Recording(), srv.Verify()
	})
	return again(t, rec), verify
}

// converse asks twice, each time in two pieces and until the answer is there, and ends its stream. It goes on whatever happens.
func converse(network *nettest.Network, addr string) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	c, err := network.DialContext(ctx, "tcp", addr)
	if err != nil {
		return
	}
	defer c.Close()
	for _, text := range []string{"abaab baba\n", "bb, and a longer line: aba\n"} {
		io.WriteString(c, text[:4])
		time.Sleep(3 * time.Millisecond)
		io.WriteString(c, text[4:])
		c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		for got := ""; !strings.HasSuffix(got, "\n"); {
			buf := make([]byte, 100)
			n, err := c.Read(buf)
			if got += string(buf[:n]); err != nil {
				break
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.(interface{ CloseWrite() error }).CloseWrite()
	c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	io.ReadAll(c)
}

// The plan of a recording and what it did are in what is played, for each fault wherever it can act: what is recorded of the
// playback is what was recorded before. With Pace 1 that is so in time, too.
func TestPlaybackOfEachFault(t *testing.T) {
	for _, kind := range faultgen.All(fault.Streams).Without(fault.FailAccept{}) { // which a Server has not
		for _, d := range faultgen.Directions(fault.Streams, kind) {
			for n := range 6 {
				r := fault.Rule{Fault: faultgen.Example(fault.Streams, kind, n), Direction: d}.NeedNotFire()
				if n > 1 && d != transcript.Neither && d != fault.ServerStart {
					r = r.AfterBytes(int64(7 * (n - 1)))
				}
				if n == 5 && d != fault.ServerStart {
					r = r.OnConn(1)
				}
				t.Run(fmt.Sprintf("%s/%s/%d", kind, faultgen.Place(d), n), func(t *testing.T) {
					p := fault.Plan{Seed: 7, Rules: []fault.Rule{r}}
					rec, _ := conversed(t, fakeserver.Lines{}, p)
					for _, pace := range []float64{0, 1} {
						got, err := conversed(t, &fakeserver.Playback{Recording: rec, Pace: pace}, fault.Plan{})
						if err != nil {
							t.Errorf("pace %v: Verify = %v", pace, err)
						}
						if diff := (transcript.Comparison{A: "recorded", B: "played"}).Diff(rec.Transcript, got.Transcript); diff != "" {
							t.Errorf("rule %v, pace %v: the playback differs:\n%s\nrecorded\n%vplayed\n%v", r, pace, diff, rec.Transcript, got.Transcript)
						}
						if a, b := times(rec.Transcript), times(got.Transcript); pace == 1 && a != b {
							t.Errorf("rule %v: in time the playback differs: recorded\n%splayed\n%s", r, a, b)
						}
					}
				})
			}
		}
	}
}

// What went by time goes by the offset at which it acted, however long the client takes this time.
func TestPlaybackOfRulesByTime(t *testing.T) {
	for _, f := range []fault.Fault{fault.Reset{}, fault.Close{}, fault.Exit{}, fault.HalfClose{}, fault.Blackhole{}, fault.Stall{For: time.Millisecond}, fault.Corrupt{Bits: []int64{8 * 20}}, fault.Restart{For: time.Millisecond}} {
		t.Run(f.Kind(), func(t *testing.T) {
			p := fault.Plan{Seed: 7, Rules: []fault.Rule{fault.FromClient(f).AfterTime(4 * time.Millisecond), fault.ToClient(fault.Latency{Delay: 2 * time.Millisecond}).AfterTime(time.Millisecond)}}
			rec, err := conversed(t, fakeserver.Lines{}, p)
			if err != nil {
				t.Fatal(err)
			}
			got, err := conversed(t, &fakeserver.Playback{Recording: rec}, fault.Plan{})
			var ignore []transcript.Ignore
			if f.Kind() == "restart" { // which acts at its byte, before the answer to that
				ignore = []transcript.Ignore{{Direction: transcript.ToClient, To: 100, Faults: true}}
			}
			if diff := transcript.Diff(rec.Transcript, got.Transcript, ignore...); err != nil || diff != "" {
				t.Errorf("Verify = %v, and the playback differs:\n%s\nrecorded\n%vplayed\n%v", err, diff, rec.Transcript, got.Transcript)
			}
		})
	}
}

// times returns when bytes passed and streams ended.
func times(tr transcript.Transcript) string {
	var b strings.Builder
	for n := range tr.Conns() {
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			var last transcript.Event
			for e := range tr.Conn(n + 1).All() {
				switch {
				case e.Direction != d || e.Kind != transcript.Data && e.Kind != transcript.FIN && e.Kind != transcript.RST:
				case last.Kind == transcript.Data && e.Kind == transcript.Data && e.At == last.At && d == transcript.FromClient: // the same, in two reads
				default:
					fmt.Fprintln(&b, n+1, e.Direction, e.Kind, e.Offset, e.At)
					last = e
				}
			}
		}
	}
	return b.String()
}
