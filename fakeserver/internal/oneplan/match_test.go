package oneplan_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// readBefore returns how much of conn 1 was read before a rule acted, and the offset at which the rule says
// that it did, or -1 if it did not.
func readBefore(t transcript.Transcript, rule string) (read, at int64) {
	for e := range t.All() {
		if e.Kind == transcript.Fault && e.Rule == rule {
			return read, e.Offset
		}
		if e.Direction == transcript.FromClient {
			read += int64(len(e.Data))
		}
	}
	return read, -1
}

// talkInMemory makes a client talk to a server that reads everything, and returns the record.
func talkInMemory(t *testing.T, p fault.Plan, talk func(fakeserver.TB, *fakeserver.Server, net.Conn)) (tr transcript.Transcript) {
	nettest.Bubble(t, func(t fakeserver.TB) {
		n := new(nettest.Network)
		srv, err := fakeserver.Listen(fakeserver.Config{Transport: n, Faults: p})
		if err != nil {
			t.Fatalf("%v", err)
		}
		c, err := n.DialContext(context.Background(), "tcp", srv.Addr())
		if err != nil {
			t.Fatalf("%v", err)
		}
		talk(t, srv, c)
		c.Close()
		srv.Close()
		tr = srv.Transcript()
	})
	return tr
}

// Not one byte past the end of the match is read, whatever other rules wait for and however the
// bytes arrive.
func TestMatchStopsTheReadingExactly(t *testing.T) {
	checkRandom(t, 200, func(rt *rapid.T) {
		letters := func(low, high int, label string) string {
			return rapid.StringOfN(rapid.RuneFrom([]rune("ab")), low, high, -1).Draw(rt, label)
		}
		data := strings.Repeat(letters(1, 40, "data"), between(rt, 1, 300, "times"))
		pattern, from := letters(1, 8, "pattern"), between(rt, 0, len(data), "after bytes")
		want := int64(strings.Index(data[from:], pattern))
		if want >= 0 {
			want += int64(from + len(pattern))
		}
		stop := rapid.SampledFrom([]fault.Fault{fault.Reset{}, fault.Close{}, fault.HalfClose{}, fault.Stall{}, fault.Stall{For: time.Minute}, fault.Hold{Gate: "gate"}}).Draw(rt, "fault")
		p := fault.Plan{Rules: []fault.Rule{
			fault.FromClient(fault.Stall{}).AfterMatch("c"), fault.FromClient(fault.Latency{Delay: time.Millisecond}).AfterMatch("ab"),
			fault.FromClient(stop).AfterBytes(int64(from)).AfterMatch(pattern).Named("stop"), fault.FromClient(fault.Close{}).AfterBytes(1 << 20).AfterTime(time.Hour),
		}}
		pieces := rapid.SliceOfN(rapid.IntRange(1, len(data)), 1, 5).Draw(rt, "pieces")
		tr := talkInMemory(t, p, func(_ fakeserver.TB, _ *fakeserver.Server, c net.Conn) {
			for i, rest := 0, data; rest != ""; i++ {
				n := min(len(rest), pieces[i%len(pieces)])
				io.WriteString(c, rest[:n])
				rest = rest[n:]
				if i%2 == 0 {
					time.Sleep(time.Millisecond)
				}
			}
			time.Sleep(time.Second)
		})
		read, at := readBefore(tr, "stop")
		if at != want || at >= 0 && read != at {
			rt.Fatalf("%q after %d in %q: the rule acted at %d, after %d bytes were read; want %d", pattern, from, data, at, read, want)
		}
	})
}

// A rule that follows the clock is not forgotten while a match is looked for.
func TestMatchDoesNotKeepTheClockFromARule(t *testing.T) {
	p := fault.Plan{Rules: []fault.Rule{
		fault.FromClient(fault.Stall{}).AfterMatch("none"), fault.FromClient(fault.Close{}).AfterMatch("bc").AfterTime(time.Second).Named("stop"),
	}}
	tr := talkInMemory(t, p, func(t fakeserver.TB, _ *fakeserver.Server, c net.Conn) {
		begin := time.Now()
		io.WriteString(c, "abcd")
		if _, err := c.Read(make([]byte, 1)); err != io.EOF || time.Since(begin) != time.Second {
			t.Errorf("Read gave %v after %v, want EOF after a second", err, time.Since(begin))
		}
	})
	if read, at := readBefore(tr, "stop"); read != 4 || at != 4 {
		t.Errorf("%d bytes were read, and the rule acted at %d; want all 4: its time came later", read, at)
	}
}

// The time decides at the moment at which bytes are looked at: of those that arrive at the same time,
// the ones up to the match are read, or else the rule's time has not come.
func TestMatchAtTheMomentOfItsTime(t *testing.T) {
	for i := range 20 {
		p := fault.Plan{Rules: []fault.Rule{fault.FromClient(fault.Close{}).AfterBytes(3).AfterMatch("d").AfterTime(time.Second).Named("stop")}}
		tr := talkInMemory(t, p, func(_ fakeserver.TB, _ *fakeserver.Server, c net.Conn) {
			time.Sleep(time.Second + time.Duration(i-10)*time.Nanosecond)
			io.WriteString(c, "abcdef")
			time.Sleep(2 * time.Second)
		})
		if read, at := readBefore(tr, "stop"); read != at || at != 4 && at != 6 {
			t.Errorf("%d bytes were read, and the rule acted at %d; want 4, or all 6", read, at)
		}
	}
}

// A rule that comes with SetFaults while nothing arrives finds its match from there on.
func TestMatchIsFoundByARuleThatComesLive(t *testing.T) {
	never := fault.FromClient(fault.Stall{}).AfterMatch("none").NeedNotFire()
	for name, before := range map[string][]fault.Rule{"without rules": nil, "while another is looked for": {never}} {
		t.Run(name, func(t *testing.T) {
			tr := talkInMemory(t, fault.Plan{Rules: before}, func(t fakeserver.TB, srv *fakeserver.Server, c net.Conn) {
				io.WriteString(c, "abcabc")
				time.Sleep(time.Second)
				if err := srv.SetFaults(fault.Plan{Rules: []fault.Rule{never, fault.FromClient(fault.Close{}).AfterMatch("cabc").Named("stop")}}); err != nil {
					t.Errorf("%v", err)
				}
				time.Sleep(time.Second)
				io.WriteString(c, "abcabcabc")
				if _, err := c.Read(make([]byte, 1)); err != io.EOF {
					t.Errorf("Read gave %v, want EOF", err)
				}
			})
			if read, at := readBefore(tr, "stop"); read != 12 || at != 12 {
				t.Errorf("%d bytes were read, and the rule acted at %d; want 12", read, at)
			}
		})
	}
}

// Down to a window of one byte, everything gets through, and no goroutine spins.
func TestMatchIsFoundInASmallWindow(t *testing.T) {
	for _, window := range []int{1, 2, 100} {
		nettest.Bubble(t, func(t fakeserver.TB) {
			n := &nettest.Network{Window: window}
			srv := fakeserver.Start(t, fakeserver.Config{Transport: n, Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
				time.Sleep(time.Second) // the client writes meanwhile
				got, err := io.ReadAll(c)
				if want := strings.Repeat("ab", 500) + "abb"; string(got) != want || err != nil {
					return fmt.Errorf("got %d bytes, %v; want %d", len(got), err, len(want))
				}
				return nil
			}), Faults: fault.Plan{Rules: []fault.Rule{fault.FromClient(fault.HalfClose{}).AfterMatch("abb")}}})
			c, err := n.DialContext(context.Background(), "tcp", srv.Addr())
			if err != nil {
				t.Fatalf("%v", err)
			}
			io.WriteString(c, strings.Repeat("ab", 500)+"abbab")
			io.ReadAll(c)
			c.Close()
		})
	}
}
