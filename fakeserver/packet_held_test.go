package fakeserver_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A datagram that is held back is as late as its own delay and that of the one that it comes after
// make it, and comes after that one.
func TestReorderComesAfterWhatIsLate(t *testing.T) {
	late := fault.Latency{Delay: time.Second}
	for _, d := range bothWays {
		for _, tt := range []struct {
			why   string
			rules []fault.Rule // besides, the first comes after the next
			want  string       // "a" is sent at once, and "b" and "c" 100 ms after the one before
		}{
			{"none is late", nil, "b+100ms a+100ms c+200ms"},
			{"all are late", []fault.Rule{fault.ToClient(late)}, "b+1.1s a+1.1s c+1.2s"},
			{"it is late, and the next is not", []fault.Rule{fault.ToClient(late).ForDatagrams(1)}, "b+100ms c+200ms a+1s"},
			{"the next is late", []fault.Rule{fault.ToClient(late).AfterDatagrams(1).ForDatagrams(1)}, "c+200ms b+1.1s a+1.1s"},
			{"the next comes twice", []fault.Rule{fault.ToClient(fault.Duplicate{Rate: 1}).AfterDatagrams(1).ForDatagrams(1), fault.ToClient(late)}, "b+1.1s b+1.1s a+1.1s c+1.2s"},
			{"the next is lost", []fault.Rule{fault.ToClient(fault.Loss{Nth: 2}), fault.ToClient(late)}, "a+1s c+1.2s"},
			{"each waits for its turn", []fault.Rule{fault.ToClient(fault.Bandwidth{BytesPerSecond: 1, Burst: 1})}, "b+1s a+1s c+2s"},
		} {
			t.Run(fmt.Sprintf("%v %s", d, tt.why), func(t *testing.T) {
				wantArrivals(t, d, tt.want, append([]fault.Rule{fault.ToClient(fault.Reorder{Rate: 1}).ForDatagrams(1)}, tt.rules...)...)
			})
		}
	}
}

// The copies come after later datagrams, and the original when it would without them.
func TestDuplicateGapComesAfterLaterDatagrams(t *testing.T) {
	late := fault.Latency{Delay: time.Second}
	again := func(gap int) fault.Rule { return fault.ToClient(fault.Duplicate{Rate: 1, Gap: gap}).ForDatagrams(1) }
	for _, d := range bothWays {
		for _, tt := range []struct {
			why   string
			rules []fault.Rule
			want  string // as above
		}{
			{"after the next", []fault.Rule{again(1)}, "a+0s b+100ms a+100ms c+200ms"},
			{"after the next two", []fault.Rule{again(2)}, "a+0s b+100ms c+200ms a+200ms"},
			{"all are late", []fault.Rule{again(1), fault.ToClient(late)}, "a+1s b+1.1s a+1.1s c+1.2s"},
			{"the next is late", []fault.Rule{again(1), fault.ToClient(late).AfterDatagrams(1).ForDatagrams(1)}, "a+0s c+200ms b+1.1s a+1.1s"},
			{"several copies", []fault.Rule{fault.ToClient(fault.Duplicate{Rate: 1, Copies: 2, Gap: 1}).ForDatagrams(1)}, "a+0s b+100ms a+100ms a+100ms c+200ms"},
		} {
			t.Run(fmt.Sprintf("%v %s", d, tt.why), func(t *testing.T) { wantArrivals(t, d, tt.want, tt.rules...) })
		}
	}
}

// What waits keeps its own bytes.
func TestForgeIsLateWithItsDatagram(t *testing.T) {
	for _, d := range bothWays {
		for first, want := range map[bool]string{true: "x+1s a+1s b+1.1s c+1.2s", false: "a+1s x+1s b+1.1s c+1.2s"} {
			wantArrivals(t, d, want, fault.ToClient(fault.Forge{Bytes: []byte("x"), First: first}).ForDatagrams(1),
				fault.ToClient(fault.Latency{Delay: time.Second}))
		}
	}
}

// Each copy is as late as its own draw says, so that it may come before its original does.
func TestDuplicateCopiesHaveTheirOwnLatencyOnTheWire(t *testing.T) {
	for _, d := range bothWays {
		all := arrivals(t, d, fault.ToClient(fault.Latency{Delay: time.Minute, Jitter: time.Minute}), fault.ToClient(fault.Forge{Bytes: []byte("x")}),
			fault.ToClient(fault.Duplicate{Rate: 1, Copies: 9}))
		text := fmt.Sprint(all)
		slices.Sort(all)
		if n := len(slices.Compact(all)); n != 3*20 {
			t.Errorf("%v: %d arrivals that differ, want 60: %s", d, n, text)
		}
	}
}

// What comes after a datagram with copies comes after all of them, also if the last is not the latest.
func TestReorderComesAfterTheLatestCopy(t *testing.T) {
	for _, d := range bothWays {
		all := arrivals(t, d, fault.ToClient(fault.Reorder{Rate: 1}).ForDatagrams(1),
			fault.ToClient(fault.Latency{Delay: time.Minute, Jitter: time.Minute}).AfterDatagrams(1).ForDatagrams(1),
			fault.ToClient(fault.Duplicate{Rate: 1, Copies: 9}).AfterDatagrams(1).ForDatagrams(1))
		if n := len(all); n != 12 || !strings.HasPrefix(all[n-1], "a+") {
			t.Errorf("%v: %q, want c, ten times b, and then a", d, all)
		}
	}
}

// wantArrivals wants datagrams to arrive so: "a" is sent at once, and "b" and "c" 100 ms after the
// one before, under rules in direction d.
func wantArrivals(t *testing.T, d transcript.Direction, want string, rules ...fault.Rule) {
	t.Helper()
	if got := strings.Join(arrivals(t, d, rules...), " "); got != want {
		t.Errorf("%v: %s, want %s", d, got, want)
	}
}

// arrivals returns when what arrives.
func arrivals(t *testing.T, d transcript.Direction, rules ...fault.Rule) (all []string) {
	t.Helper()
	rules = slices.Clone(rules)
	for i := range rules {
		rules[i].Direction = d
	}
	synctest.Test(t, func(t *testing.T) {
		began, arrived := time.Now(), make(chan string, 99)
		arrives := func(p []byte) { arrived <- fmt.Sprintf("%s+%v", p, time.Since(began)) }
		srv := startRefusing(t, fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			if d == transcript.FromClient {
				arrives(p.Data)
			}
			_, err := w.Write(p.Data)
			return err
		}), func() bool { return false }, rules...)
		c := sendInMemory(t, srv, "a")
		if d == transcript.ToClient {
			go func() {
				for p := make([]byte, 9); ; {
					n, err := c.Read(p)
					if err != nil {
						return
					}
					arrives(p[:n])
				}
			}()
		}
		for _, text := range []string{"b", "c"} {
			time.Sleep(100 * time.Millisecond)
			send(t, c, text)
		}
		time.Sleep(time.Hour)
		for len(arrived) > 0 {
			all = append(all, <-arrived)
		}
	})
	return all
}
