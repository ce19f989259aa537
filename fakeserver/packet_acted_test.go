package fakeserver_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

var bothWays = []transcript.Direction{transcript.FromClient, transcript.ToClient}

// echoAnyway does not mind what the socket refuses.
var echoAnyway = fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	w.Write(p.Data)
	return nil
})

// wantActed checks that a rule acted so often, by the report and by the record.
func wantActed(t *testing.T, srv fakeserver.Wire, rule string, acted, not int64) {
	t.Helper()
	o, tr := outcomeOf(srv.Report(), rule), srv.Transcript()
	state := fault.Fired
	if acted == 0 {
		state = fault.Armed
	}
	if o.Count != acted || o.State != state {
		t.Errorf("rule %s is %v, %d times; want %v, %d times", rule, o.State, o.Count, state, acted)
	}
	for _, wrong := range servertest.WrongFirings(srv) {
		t.Error(wrong)
	}
	if decided, idle := servertest.Decisions(tr, rule), servertest.DidNotAct(tr, rule); decided-idle != acted || idle != not {
		t.Errorf("rule %s was to act %d times, and %d times it did not; want %d and %d\n%v", rule, decided, idle, acted+not, not, tr)
	}
}

func outcomeOf(r fault.Report, rule string) fault.Outcome {
	for _, o := range r.Rules {
		if o.Key == rule {
			return o
		}
	}
	return fault.Outcome{}
}

// losing are the faults that have acted as soon as they are decided.
var losing = map[string]bool{"Loss": true, "BurstLoss": true, "Blackhole": true}

// A rule has fired when what it decided came about. Each has, where nothing comes between; and none
// has where its datagrams are still kept when the server closes, or are refused by the socket,
// but those that lose them.
func TestPacketRulesFireWhenCarriedOut(t *testing.T) {
	for name, row := range eachPacketFault {
		for _, d := range bothWays {
			rule := row.rule.Named("it").NeedNotFire()
			if rule.Direction = d; row.refused {
				rule = rule.AfterDatagrams(4) // nothing comes after that
			}
			late := fault.Rule{Fault: fault.Latency{Delay: time.Hour}, Direction: d}.NeedNotFire().Named("late")
			for why, tt := range map[string]struct {
				rules   []fault.Rule
				refused bool
			}{
				"as decided":        {rules: []fault.Rule{rule}},
				"closed while late": {rules: []fault.Rule{rule, late}},
				"late, and closed":  {rules: []fault.Rule{late, rule}},
				"refused":           {rules: []fault.Rule{rule}, refused: true},
			} {
				t.Run(fmt.Sprintf("%v %s %s", d, name, why), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						srv := startRefusing(t, echoAnyway, func() bool { return tt.refused }, tt.rules...)
						sendInMemory(t, srv, "ab", "cd", "ef", "end")
						time.Sleep(time.Minute)
						srv.Close()
						decided := servertest.Decisions(srv.Transcript(), "it")
						if decided == 0 {
							t.Fatalf("the rule was never to act:\n%v", srv.Transcript())
						}
						acts := len(tt.rules) == 1 && !(tt.refused && d == transcript.ToClient) || losing[name] ||
							row.refused && d == transcript.FromClient // as soon as the datagram has come
						if acts {
							wantActed(t, srv, "it", decided, 0)
						} else {
							wantActed(t, srv, "it", 0, decided)
						}
						if len(tt.rules) > 1 {
							wantActed(t, srv, "late", 0, servertest.Decisions(srv.Transcript(), "late"))
						}
					})
				})
			}
		}
	}
}

// startRefusing starts a server in memory whose socket refuses to send what refuses says.
func startRefusing(t *testing.T, h fakeserver.PacketHandler, refuses func() bool, rules ...fault.Rule) memoryPackets {
	t.Helper()
	network := new(fakenet.Network)
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{
		Transport: servertest.RefusingTransport{Transport: network, Refuses: refuses}, Handler: h, Faults: plan(rules...)})
	return memoryPackets{srv, network}
}

// memoryPackets is a packet server in memory.
type memoryPackets struct {
	*fakeserver.PacketServer
	network *fakenet.Network
}

// sendInMemory sends datagrams from a client of its own, and waits until nothing more happens
// at once.
func sendInMemory(t *testing.T, srv memoryPackets, texts ...string) net.Conn {
	t.Helper()
	c, err := srv.network.DialContext(t.Context(), "udp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for _, text := range texts {
		send(t, c, text)
		synctest.Wait()
	}
	return c
}

func TestReorderThatHoldsToTheEndHasNotFired(t *testing.T) {
	for _, d := range bothWays {
		rule := fault.Rule{Fault: fault.Reorder{Rate: 1, Gap: 2}, Direction: d}.ForDatagrams(1).Named("it").NeedNotFire()
		for n, fires := range []bool{false, false, true} {
			for _, h := range []fakeserver.PacketHandler{fakeserver.PacketEcho{}, fakeserver.PacketDiscard{}} {
				if h == fakeserver.PacketHandler(fakeserver.PacketDiscard{}) && d == transcript.ToClient {
					continue
				}
				synctest.Test(t, func(t *testing.T) {
					srv := startRefusing(t, h, func() bool { return false }, rule)
					sendInMemory(t, srv, []string{"ab", "cd", "ef"}[:n+1]...)
					if o := outcomeOf(srv.Report(), "it"); (o.State == fault.Fired) != fires {
						t.Errorf("%v, %T, after %d datagrams the rule is %v", d, h, n+1, o.State)
					}
					srv.Close()
					if fires {
						wantActed(t, srv, "it", 1, 0)
					} else {
						wantActed(t, srv, "it", 0, 1)
					}
				})
			}
		}
	}
}

// A rule that was decided and never carried out fails Verify, once it is known that it will not be;
// one that has its way does not.
func TestVerifyNamesAPacketRuleThatWasNotCarriedOut(t *testing.T) {
	for _, d := range bothWays {
		for wait, fired := range map[time.Duration]bool{time.Second - 1: false, time.Second: true} {
			synctest.Test(t, func(t *testing.T) {
				rule := fault.Rule{Fault: fault.Latency{Delay: time.Second}, Direction: d}.Named("late")
				network := new(fakenet.Network)
				srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: network, Handler: fakeserver.PacketEcho{}, Faults: plan(rule)})
				if err != nil {
					t.Fatal(err)
				}
				sendInMemory(t, memoryPackets{srv, network}, "ab")
				time.Sleep(wait)
				if fired {
					synctest.Wait()
				}
				srv.Close()
				if err := srv.Verify(); (err == nil) != fired || err != nil && !strings.Contains(err.Error(), "rule late was armed") {
					t.Errorf("%v, closed after %v: Verify = %v", d, wait, err)
				}
			})
		}
	}
}

// What lies ready counts, whether or not the handler comes to it, and whether or not the report
// was asked for before Close.
func TestReportCountsWhatLiesReadyForAHandlerThatIsBusy(t *testing.T) {
	busy := fakeserver.PacketHandlerFunc(func(ctx context.Context, _ fakeserver.Packet, _ fakeserver.PacketWriter) error {
		<-ctx.Done()
		return nil
	})
	for _, asked := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			srv := startRefusing(t, busy, func() bool { return false },
				fault.FromClient(fault.Truncate{Size: 1}).Named("cut"), fault.FromClient(fault.Duplicate{Rate: 1}).Named("twice"),
				fault.FromClient(fault.Latency{Delay: time.Second}).AfterDatagrams(1).Named("late"))
			sendInMemory(t, srv, "ab", "cd")
			if asked && outcomeOf(srv.Report(), "cut").Count != 1 {
				t.Errorf("one of two is late:\n%v", srv.Report())
			}
			time.Sleep(time.Second)
			if asked {
				wantActed(t, srv, "cut", 2, 0)
			}
			srv.Close()
			for rule, n := range map[string]int64{"cut": 2, "twice": 2, "late": 1} {
				wantActed(t, srv, rule, n, 0)
			}
			wantUndelivered(t, srv.Transcript(), transcript.FromClient, "the handler did not get it", "peer 1 #1+2", "peer 1 #2+1")
		})
	}
}

// A rule that forges a datagram has acted when that one left, whatever became of the real one; and
// what the handler hears of its Write is what became of the real one.
func TestForgeActsByItsOwnCopy(t *testing.T) {
	for _, tt := range []struct {
		why     string
		refuses int // which datagram, from 1, the socket refuses
		first   bool
		acted   bool
		write   bool // works
		left    string
	}{
		{"the forged one comes first, and is refused", 1, true, false, true, "[ab]"},
		{"the forged one comes first, and the real one is refused", 2, true, true, false, "[xb]"},
		{"the forged one comes last, and is refused", 2, false, false, true, "[ab]"},
		{"the forged one was to come after one that is refused", 1, false, false, false, "[]"},
	} {
		synctest.Test(t, func(t *testing.T) {
			sent, write := 0, error(nil)
			srv := startRefusing(t, fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
				_, write = w.Write(p.Data)
				return nil
			}), func() bool { sent++; return sent == tt.refuses },
				fault.ToClient(fault.Forge{Bytes: []byte("x"), First: tt.first}).Named("it").NeedNotFire())
			c := sendInMemory(t, srv, "ab")
			srv.Close()
			acted := int64(0)
			if tt.acted {
				acted = 1
			}
			wantActed(t, srv, "it", acted, 1-acted)
			if (write == nil) != tt.write {
				t.Errorf("%s: the handler's Write = %v", tt.why, write)
			}
			if got := fmt.Sprintf("%s", readAllNow(c)); got != tt.left {
				t.Errorf("%s: the client got %s, want %s\n%v", tt.why, got, tt.left, srv.Transcript())
			}
		})
	}
}

// readAllNow reads the datagrams that have come.
func readAllNow(c net.Conn) (all []string) {
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	for p := make([]byte, 100); ; {
		n, err := c.Read(p)
		if err != nil {
			return all
		}
		all = append(all, string(p[:n]))
	}
}

// A copy that waits for datagrams that never come is named, and the rule has not acted.
func TestDuplicateGapThatNothingFollows(t *testing.T) {
	for _, d := range bothWays {
		rule := fault.Rule{Fault: fault.Duplicate{Rate: 1, Copies: 2, Gap: 2}, Direction: d}.ForDatagrams(1).Named("it").NeedNotFire()
		synctest.Test(t, func(t *testing.T) {
			srv := startRefusing(t, fakeserver.PacketEcho{}, func() bool { return false }, rule)
			sendInMemory(t, srv, "ab", "cd")
			srv.Close()
			wantActed(t, srv, "it", 0, 1)
			why := "the handler did not get it"
			if d == transcript.ToClient {
				why = "closed: not sent"
			}
			wantUndelivered(t, srv.Transcript(), d, why, "peer 1 #1+1", "peer 1 #1+1")
		})
	}
}
