package ledger_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A packetAccount is a round with a server of datagrams in memory, of which each rule is asked to
// account for what it did.
type packetAccount struct {
	plan   fault.Plan
	quiet  bool    // the handler discards
	talks  bool    // the handler converses with each client
	sends  [][]int // for each client, seconds between its datagrams
	every  int     // the socket refuses each datagram whose count this divides; 0: none
	next   fault.Plan
	swap   int // after how many datagrams next replaces plan; 0: never
	down   int // seconds after the last datagram; 0: never
	closes int // seconds after that
}

func drawPacketAccount(t *rapid.T) packetAccount {
	a := packetAccount{
		plan: drawDatagramPlan(t, time.Second, faultgen.All(fault.Datagrams).Local()), quiet: coin(t, 4, "quiet"), talks: coin(t, 2, "talks"), every: between(t, 0, 4, "every"),
		down: between(t, 0, 2, "down"), closes: between(t, 0, 6, "closes"),
	}
	a.next, a.swap = drawDatagramPlan(t, time.Second, faultgen.All(fault.Datagrams).Local()), between(t, 0, 8, "swap")
	for i := range a.next.Rules {
		a.next.Rules[i].Name = fmt.Sprint("next ", i+1)
	}
	a.next.Rules = append(a.next.Rules, a.plan.Rules[:between(t, 0, min(1, len(a.plan.Rules)), "rules that stay")]...)
	for range between(t, 1, 3, "clients") {
		a.sends = append(a.sends, rapid.SliceOfN(rapid.IntRange(0, 2), 1, 8).Draw(t, "sends"))
	}
	return a
}

// A copied is a datagram by its peer, direction and number.
type copied struct {
	conn   int
	dir    transcript.Direction
	number int64
}

// play plays the round. It returns the record and the report at its end, how many copies of each
// datagram the handler got, and what was wrong on the way.
func (a packetAccount) play(t *testing.T) (tr transcript.Transcript, r fault.Report, got map[copied]int, wrong []string) {
	network, sent, received := new(fakenet.Network), 0, 0
	got = map[copied]int{}
	var mu sync.Mutex // guards got and sent
	answer := func(p fakeserver.Packet, w io.Writer) {
		mu.Lock()
		got[copied{p.Conn, transcript.FromClient, p.Number}]++
		mu.Unlock()
		w.Write(p.Data)
	}
	var h fakeserver.PacketHandler = fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
		answer(p, w)
		return nil
	})
	switch {
	case a.quiet:
		h = fakeserver.PacketDiscard{}
	case a.talks:
		h = conversing(answer)
	}
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: servertest.RefusingTransport{Transport: network, Refuses: func() bool {
		mu.Lock()
		defer mu.Unlock()
		sent++
		return a.every > 0 && sent%a.every == 0
	}}, Handler: h, Faults: a.plan})
	if err != nil {
		return tr, r, got, []string{err.Error()}
	}
	look := func() {
		synctest.Wait()
		r := srv.Report()
		wrong = append(wrong, wrongInSnapshot(srv.Transcript(), r)...)
		wrong = append(wrong, servertest.WrongFirings(srv)...)
	}
	for i, pauses := range a.sends {
		c, err := network.DialContext(t.Context(), "udp", srv.Addr())
		if err != nil {
			return tr, r, got, []string{err.Error()}
		}
		defer c.Close()
		for n, pause := range pauses {
			time.Sleep(time.Duration(pause)*time.Second + time.Millisecond)
			fmt.Fprintf(c, "datagram %d of client %d", n, i)
			look()
			if received++; received == a.swap {
				srv.SetFaults(a.next)
			}
		}
	}
	if a.down > 0 {
		time.Sleep(time.Duration(a.down) * time.Second)
		srv.Down()
		look()
	}
	time.Sleep(time.Duration(a.closes)*time.Second + time.Microsecond)
	look()
	srv.Close()
	look()
	return srv.Transcript(), srv.Report(), got, wrong
}

// conversing returns a handler that converses with each client, and answers each datagram.
func conversing(answer func(fakeserver.Packet, io.Writer)) fakeserver.PeerHandler {
	return fakeserver.PeerHandlerFunc(func(ctx context.Context, p *fakeserver.Peer) error {
		for {
			d, err := p.Next(ctx)
			if err != nil {
				return err
			}
			answer(d, p)
		}
	})
}

// wrongInSnapshot returns what may not be in a snapshot that was taken after a report: a rule that is
// said to have acted more often than the record has it, or a datagram that is not what was sent, or
// not the first, without the fault that made it so, or not like the first, and not forged.
func wrongInSnapshot(tr transcript.Transcript, r fault.Report) (wrong []string) {
	for _, o := range r.Rules {
		if n := servertest.Decisions(tr, o.Key) - servertest.DidNotAct(tr, o.Key); o.Count > n {
			wrong = append(wrong, fmt.Sprintf("rule %s has acted %d times by the report, and %d by the record", o.Key, o.Count, n))
		}
	}
	changed, seen, forged := map[copied]bool{}, map[copied]bool{}, map[copied]bool{}
	text := map[copied]string{}
	for e := range tr.All() {
		at := copied{e.Conn, e.Direction, e.Offset}
		switch e.Kind {
		case transcript.Fault:
			changed[at] = true
			forged[at] = forged[at] || isForged(e)
		case transcript.Datagram:
			if before, ok := text[at]; ok && before != string(e.Data) && !forged[at] {
				wrong = append(wrong, fmt.Sprintf("%v: its other copy is %q", e, before))
			}
			if text[at] = string(e.Data); seen[at] && !changed[at] {
				wrong = append(wrong, fmt.Sprintf("%v: a copy, and no fault", e))
			}
			seen[at] = true
		}
	}
	return wrong
}

// check returns what is wrong with a record and its report: a rule counts as often as what it
// decided came about by what was delivered, and the record says of each other time that it did
// not act.
func (a packetAccount) check(tr transcript.Transcript, r fault.Report, got map[copied]int) (wrong []string) {
	for _, e := range servertest.Miscounted(tr) {
		wrong = append(wrong, fmt.Sprintf("%v: a count that its kind does not have", e))
	}
	delivered := a.delivered(tr, got)
	copies, lost := map[copied]int{}, map[copied]bool{}
	for _, e := range tr.Faults() {
		if servertest.Loses(e) {
			lost[copied{e.Conn, e.Direction, e.Offset}] = true
		}
	}
	acted, idle, forged := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, e := range tr.Faults() {
		at := copied{e.Conn, e.Direction, e.Offset}
		need := 1
		if _, err := fmt.Sscanf(e.Text, "delivered %d times", &need); err == nil {
			need, copies[at] = max(1, copies[at])+1, need
		}
		if isForged(e) { // by what was delivered, nobody can tell whether that was the real one
			forged[e.Rule]++
			continue
		}
		if servertest.Loses(e) || !lost[at] && delivered[at] >= need {
			acted[e.Rule]++
		} else {
			idle[e.Rule]++
		}
	}
	for _, o := range r.Rules {
		if n := forged[o.Key]; n > 0 {
			idle[o.Key] = servertest.DidNotAct(tr, o.Key)
			acted[o.Key] = n - idle[o.Key]
		}
		if o.Count != acted[o.Key] || servertest.DidNotAct(tr, o.Key) != idle[o.Key] {
			wrong = append(wrong, fmt.Sprintf("rule %s: the report counts %d, and the record says %d times that it did not act; by what was delivered that is %d and %d",
				o.Key, o.Count, servertest.DidNotAct(tr, o.Key), acted[o.Key], idle[o.Key]))
		}
	}
	return wrong
}

// isForged reports whether a rule has made a copy that is not what was sent.
func isForged(e transcript.Event) bool { return strings.Contains(e.Text, " forged") }

// delivered returns how many copies were delivered of each datagram: to the handler, or where that
// discards, all but those that are named; and from the socket.
func (a packetAccount) delivered(tr transcript.Transcript, got map[copied]int) map[copied]int {
	all := map[copied]int{}
	for at, n := range got {
		all[at] = n
	}
	for e := range tr.All() {
		at := copied{e.Conn, e.Direction, e.Offset}
		switch {
		case e.Direction == transcript.FromClient && a.quiet && e.Kind == transcript.Datagram:
			all[at]++
		case e.Direction == transcript.FromClient && a.quiet && e.Kind == transcript.Fault:
			var n int
			if _, err := fmt.Sscanf(e.Text, "delivered %d times", &n); err == nil {
				all[at] = n
			}
		case e.Direction == transcript.FromClient && a.quiet && e.Kind == transcript.Undelivered:
			for i := range e.Count {
				all[copied{e.Conn, e.Direction, e.Offset + i}]--
			}
		case e.Direction == transcript.ToClient && e.Kind == transcript.Datagram:
			all[at]++
		case e.Direction == transcript.ToClient && e.Kind == transcript.DatagramUnsent:
			all[at]--
		}
	}
	return all
}

func TestPacketReportCountsWhatTheRecordShows(t *testing.T) {
	refused, kept, late := 0, 0, 0
	faultgen.CheckAtLeast(t, 300, func(rt *rapid.T) {
		a := drawPacketAccount(rt)
		var wrong []string
		var tr transcript.Transcript
		synctest.Test(t, func(t *testing.T) {
			var r fault.Report
			var got map[copied]int
			tr, r, got, wrong = a.play(t)
			wrong = append(wrong, a.check(tr, r, got)...)
		})
		if len(wrong) > 0 {
			rt.Fatalf("%+v: %q\n%v", a, wrong, tr)
		}
		for e := range tr.Kind(transcript.Note).All() {
			switch {
			case slices.Contains([]string{"did not act: down: not sent", "did not act: closed: not sent"}, e.Text):
				kept++
			case e.Text == "did not act: closed: the handler did not get it":
				late++
			case e.Rule != "" && e.Direction == transcript.ToClient:
				refused++
			}
		}
	})
	if refused == 0 || kept == 0 || late == 0 {
		t.Errorf("%d rules did not act since the socket refused their datagrams, %d and %d since these were kept to the end; want some of each", refused, kept, late)
	}
}
