package fakeserver_test

import (
	"context"
	"fmt"
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
				synctest.Test(t, func(t *testing.T) {
					rules := append([]fault.Rule{fault.ToClient(fault.Reorder{Rate: 1}).ForDatagrams(1)}, tt.rules...)
					for i := range rules {
						rules[i].Direction = d
					}
					began, arrived := time.Now(), make(chan string, 9)
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
					time.Sleep(time.Minute)
					var got []string
					for len(arrived) > 0 {
						got = append(got, <-arrived)
					}
					if text := fmt.Sprint(got); text != "["+tt.want+"]" {
						t.Errorf("%v: %s, want %s", d, text, tt.want)
					}
				})
			})
		}
	}
}
