package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A ledger accounts for every byte of one connection: what each side wrote is what
// the other got, or the record or the plan says where it went.
//
//	client wrote  = data + discarded + unread in the socket + lost
//	  what is lost, only a connection has that did not end with the client's FIN
//	plan(data)    = handler got + unread by the handler
//	plan(written) = sent + unsent
//	  written is the sum of what the handler's Writes returned
//	sent          = client got + undelivered
//	  what is undelivered, an RST counts; but who left did not want it
//
// plan(x) is what the plan's rules make of the bytes x: without what they let go
// nowhere, which the report counts, and with their changes.
type ledger struct {
	record          transcript.Transcript // of the connection
	client, handler *player               // nil: there was none
	plan            fault.Plan            // with the seed that was used
	conn            int
	closesEarly     bool // the server may close before the client connects
	mixed           bool // the plan was changed: no plan changed bytes
	exits           bool // something ends connections as the end of a process does
}

// check returns what is wrong with the account.
func (l ledger) check() error {
	return errors.Join(l.checkCounts(), l.checkArrived(), l.checkHandled(), l.checkSent(), l.checkDelivered())
}

// checkCounts: each event counts what its kind does.
func (l ledger) checkCounts() error {
	if wrong := servertest.Miscounted(l.record); len(wrong) > 0 {
		return fmt.Errorf("counts that their kinds don't have: %v", wrong)
	}
	return nil
}

// counted sums up the events of one kind and direction that keep accepts.
func (l ledger) counted(k transcript.Kind, d transcript.Direction, keep func(transcript.Event) bool) (n int64) {
	for e := range l.record.Kind(k).All() {
		if e.Direction == d && keep(e) {
			n += e.Count
		}
	}
	return n
}

func all(transcript.Event) bool { return true }

// inSocket tells what the server never read from what its handler did not.
func inSocket(e transcript.Event) bool { return strings.HasPrefix(e.Text, "in the socket") }

// checkArrived: what the client wrote is in the record, or lay in the socket.
func (l ledger) checkArrived() error {
	if l.client == nil {
		return nil
	}
	got := append(l.record.FromClient(), l.record.Discarded()...)
	if !bytes.HasPrefix(l.client.wrote, got) {
		return fmt.Errorf("the client wrote %s, and the record has %s", brief(l.client.wrote), brief(got))
	}
	unread := l.counted(transcript.Unread, transcript.FromClient, inSocket)
	switch lost := int64(len(l.client.wrote)-len(got)) - unread; {
	case lost < 0:
		return fmt.Errorf("the client wrote %d bytes; %d in the record and %d unread are more", len(l.client.wrote), len(got), unread)
	case lost > 0 && l.record.Ending(transcript.FromClient) == transcript.ByFIN:
		return fmt.Errorf("%d bytes from %d on are lost, though the client's FIN came", lost, len(l.client.wrote)-int(lost))
	}
	return nil
}

// checkHandled: what was recorded as data the handler got, as the plan let it
// through, or did not read.
func (l ledger) checkHandled() error {
	if l.handler == nil {
		return nil
	}
	data := l.record.Kind(transcript.Data).FromClient()
	want := l.simulate(transcript.FromClient, data)
	unread := l.counted(transcript.Unread, transcript.FromClient, func(e transcript.Event) bool { return !inSocket(e) })
	if !bytes.HasPrefix(want, l.handler.got) {
		return fmt.Errorf("the handler got %s; the plan lets through %s", brief(l.handler.got), brief(want))
	}
	if n := int64(len(l.handler.got)) + unread; n != int64(len(want)) {
		return fmt.Errorf("the plan lets %d bytes through to the handler; it got %d, and %d are unread", len(want), len(l.handler.got), unread)
	}
	return nil
}

// checkSent: what the handler wrote left, as the plan let it through, or is unsent.
func (l ledger) checkSent() error {
	if l.handler == nil {
		return nil
	}
	want, sent := l.simulate(transcript.ToClient, l.handler.wrote), l.record.ToClient()
	if !bytes.HasPrefix(want, sent) {
		return fmt.Errorf("the plan lets through %s; sent was %s", brief(want), brief(sent))
	}
	if l.mixed {
		return l.checkUnsent(int64(len(want) - len(sent)))
	}
	unsent := l.counted(transcript.Unsent, transcript.ToClient, all)
	if !l.isRuled(transcript.ToClient) {
		unsent = 0 // the handler's Writes have said so
	}
	if n := int64(len(sent)) + unsent; n != int64(len(want)) {
		return fmt.Errorf("the plan lets %d of the handler's bytes through; %d were sent, and %d are unsent", len(want), len(sent), unsent)
	}
	return nil
}

// checkUnsent: where the plan was changed, what did not leave is unsent; or it was no rule's
// yet, and the handler's Writes have said so.
func (l ledger) checkUnsent(missing int64) error {
	if unsent := l.counted(transcript.Unsent, transcript.ToClient, all); missing < 0 || missing > unsent {
		return fmt.Errorf("%d of the handler's bytes were not sent, and %d are unsent", missing, unsent)
	}
	return nil
}

// checkDelivered: what was sent the client has, if it stayed.
func (l ledger) checkDelivered() error {
	if l.client == nil {
		return nil
	}
	sent := l.record.ToClient()
	if !bytes.HasPrefix(sent, l.client.got) {
		return fmt.Errorf("sent was %s; the client got %s", brief(sent), brief(l.client.got))
	}
	missing := int64(len(sent) - len(l.client.got))
	end := l.client.end
	if end == io.EOF && l.client.torn && missing > 0 {
		end = syscall.ECONNRESET
	}
	switch rst := l.counted(transcript.RST, transcript.ToClient, all); {
	case l.client.left, l.cameTooLate():
		return nil
	case end == io.EOF && missing > 0:
		return fmt.Errorf("%d bytes are missing before the client's end of stream", missing)
	case end == io.EOF:
		return nil
	case !errors.Is(end, syscall.ECONNRESET):
		return fmt.Errorf("the client's Read gave %v", end)
	case l.exits && !l.wasReset(): // the FIN, which takes a byte of the window, had no room, and then the kernel has answered what is unread
		return nil
	case !l.wasReset(): // a FIN may have been on its way when the reset came
		return fmt.Errorf("the client was reset, and the record says %v", l.record.Ending(transcript.ToClient))
	case missing > rst:
		return fmt.Errorf("%d bytes are missing before the client's reset, and the record says %d", missing, rst)
	}
	return nil
}

// exitsBy reports whether a plan has rules that end connections as the end of a process does.
func exitsBy(p fault.Plan) bool {
	return slices.ContainsFunc(p.Rules, func(r fault.Rule) bool {
		how, isRestart := r.Fault.(fault.Restart)
		return r.Fault == fault.Exit{} || isRestart && how.How != transcript.ByRST
	})
}

// cameTooLate reports whether the client was reset without ever having been accepted. To a
// server that closes that happens on loopback: the kernel connects whoever comes between the
// server's last look into the backlog and the end of its listener, and tells only the client.
func (l ledger) cameTooLate() bool {
	accepted := l.record.Conns() > 0 || l.handler != nil
	return l.closesEarly && !accepted && len(l.client.got) == 0 && errors.Is(l.client.end, syscall.ECONNRESET)
}

func (l ledger) stream(d transcript.Direction) decide.Stream {
	plan, err := l.plan.Compile(fault.Streams)
	if err != nil {
		panic(err)
	}
	return plan.Program().Stream(l.conn, d)
}

// isRuled reports whether the plan has rules for a direction of the connection.
func (l ledger) isRuled(d transcript.Direction) bool { return l.stream(d) != nil }

// simulate returns what the plan makes of a direction's bytes and their end.
func (l ledger) simulate(d transcript.Direction, data []byte) (out []byte) {
	s := l.stream(d)
	if s == nil || l.mixed {
		return data
	}
	pass := func(steps []decide.Step) {
		for _, step := range steps {
			out = append(out, step.Data...)
		}
	}
	pass(s.Tick(0))
	pass(s.Feed(data, 0))
	pass(s.Finish(0))
	return out
}

// wasReset reports whether the record says that the server reset the connection.
func (l ledger) wasReset() bool {
	for e := range l.record.Kind(transcript.RST).All() {
		if e.Direction == transcript.ToClient {
			return true
		}
	}
	return false
}
