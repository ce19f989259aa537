package fakeserver_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// eachPacketFault has what comes of the datagrams ab, cd, ef and end. The last one
// always comes, and last: with a fault that does nothing too, so that reading ends there.
var eachPacketFault = map[string]struct {
	rule    fault.Rule // its direction is the test's
	want    string
	late    bool // the last one is late
	refused bool // the port is unreachable after the second: nothing of the above
}{
	"Bandwidth": {rule: fault.ToClient(fault.Bandwidth{BytesPerSecond: 30, Burst: 3}), want: "ab cd ef end", late: true},
	"Blackhole": {rule: fault.ToClient(fault.Blackhole{}).AfterDatagrams(1).ForDatagrams(1), want: "ab ef end"},
	"BurstLoss": {rule: fault.ToClient(fault.BurstLoss{P: 1, R: 1}), want: "cd end"},
	"Corrupt":   {rule: fault.ToClient(fault.Corrupt{Bits: []int64{0}}).ForDatagrams(1), want: "`b cd ef end"},
	"Down":      {rule: fault.ToClient(fault.Down{For: fault.Forever}).AfterDatagrams(2), refused: true},
	"Duplicate": {rule: fault.ToClient(fault.Duplicate{Rate: 1}).ForDatagrams(1), want: "ab ab cd ef end"},
	"Enlarge":   {rule: fault.ToClient(fault.Enlarge{Size: 3}).ForDatagrams(1), want: "ab\x00 cd ef end"},
	"Forge":     {rule: fault.ToClient(fault.Forge{At: 1, Bytes: []byte("x"), First: true}).ForDatagrams(2), want: "ax ab cx cd ef end"},
	"Latency":   {rule: fault.ToClient(fault.Latency{Delay: lateness}), want: "ab cd ef end", late: true},
	"Loss":      {rule: fault.ToClient(fault.Loss{Nth: 2}), want: "ab ef end"},
	"Overwrite": {rule: fault.ToClient(fault.Overwrite{Bytes: []byte("x")}).ForDatagrams(1), want: "xb cd ef end"},
	"Reorder":   {rule: fault.ToClient(fault.Reorder{Rate: 1}).ForDatagrams(1), want: "cd ab ef end"},
	"Restart":   {rule: fault.ToClient(fault.Restart{For: fault.Forever}).AfterDatagrams(2), refused: true},
	"Truncate":  {rule: fault.ToClient(fault.Truncate{Size: 1}).ForDatagrams(1), want: "a cd ef end"},
}

func TestEachFaultOfDatagramsOnTheWire(t *testing.T) {
	for name, row := range eachPacketFault {
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			rule := row.rule
			rule.Direction = d
			t.Run(d.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				want := "ab cd ef end"
				if d == transcript.FromClient {
					want = row.want
				}
				if row.refused {
					wantRefusal(t, rule)
					return
				}
				wantEchoes(t, rule, want, row.want, row.late)
			})
		}
	}
}

// wantEchoes checks what a handler gets, and what a client gets from it, which
// sends everything back.
func wantEchoes(t *testing.T, rule fault.Rule, handler, client string, isLate bool) {
	var got datagrams
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Faults: plan(rule), Handler: fakeserver.PacketHandlerFunc(
		func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			got.add(p.Data)
			_, err := w.Write(p.Data)
			return err
		})})
	c := dialUDP(t, srv)
	began := time.Now()
	for _, text := range []string{"ab", "cd", "ef", "end"} {
		send(t, c, text)
	}
	var back datagrams
	for p := make([]byte, 100); !back.ended(); {
		n, err := c.Read(p)
		if err != nil {
			t.Fatalf("after %q: %v", &back, err)
		}
		back.add(p[:n])
	}
	if d := time.Since(began); isLate && d < lateness {
		t.Errorf("all came within %v, want %v or more", d, lateness)
	}
	if got.String() != handler || back.String() != client {
		t.Errorf("the handler got %q, and the client %q; want %q and %q", &got, &back, handler, client)
	}
}

// wantRefusal checks that the port is unreachable once the rule has acted with the second datagram:
// which is then answered, if the rule is for answers.
func wantRefusal(t *testing.T, rule fault.Rule) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Faults: plan(rule), Handler: fakeserver.PacketEcho{}})
	c := dialUDP(t, srv)
	send(t, c, "ab")
	wantRead(t, c, "ab")
	send(t, c, "cd")
	if rule.Direction == transcript.ToClient {
		wantRead(t, c, "cd")
	}
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Refused).Len() > 0 })
	send(t, c, "ef")
	_, err := c.Read(make([]byte, 9))
	wantError(t, "Read", err, syscall.ECONNREFUSED)
}

// datagrams are for several goroutines.
type datagrams struct {
	mu  sync.Mutex
	all []string
}

func (d *datagrams) add(p []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, string(p))
}

func (d *datagrams) ended() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.all, "end")
}

func (d *datagrams) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.all, " ")
}
