package ledger_test

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Legs account for every byte of a connection that a Proxy relays, between the handler's end and the client's leg. The
// client's leg itself is a ledger's, and so is the upstream's own record.
//
//	plan(client leg's data) = sent to the upstream + unsent + unread by the proxy
//	sent to the upstream    = upstream's data + discarded + unread in its socket + lost
//	  what is lost, only a connection has that ended by RST, or whose upstream left
//	upstream sent           = upstream leg's data and discarded + unread in the socket + lost
//	plan(upstream leg's)    = client leg's sent + unsent
type legs struct {
	there    transcript.Transcript // the upstream leg
	upstream transcript.Transcript // the upstream's own record
	inMemory bool                  // what was sent has arrived
	edits    bool                  // a plan may have changed bytes
}

// legs finds the rest of the target's connection n. The record of one that was not dialed is empty.
func (r *round) legs(n int) legs {
	l := legs{there: r.srv.Upstream().Conn(n), inMemory: r.transport != nil, edits: r.edits}
	for dialed := range l.there.Kind(transcript.Accept).All() {
		for e := range r.up.Transcript().Kind(transcript.Accept).All() {
			if e.Peer == dialed.Peer {
				l.upstream = r.up.Transcript().Conn(e.Conn)
			}
		}
	}
	return l
}

func (l legs) check(front ledger) error {
	err := errors.Join(l.checkRelayed(front), l.checkThere(), l.checkBack(), l.checkLeft(), l.checkAnswer(front), l.checkClosed())
	if err != nil {
		return fmt.Errorf("%w\n%v\nthe upstream's leg:\n%v\nthe upstream's own record:\n%v", err, front.record, l.there, l.upstream)
	}
	return nil
}

// checkRelayed: what came from the client went on to the upstream, as the plan let it through, or the record says that it
// did not.
func (l legs) checkRelayed(front ledger) error {
	came, sent := front.record.Kind(transcript.Data).FromClient(), l.there.FromClient()
	if l.edits {
		if front.mixed {
			return nil // nobody can say what became of its bytes
		}
		came = front.simulate(transcript.FromClient, came)
	}
	if !bytes.HasPrefix(came, sent) {
		return fmt.Errorf("for the upstream there was %s, and %s was sent to it", brief(came), brief(sent))
	}
	unread := front.counted(transcript.Unread, transcript.FromClient, func(e transcript.Event) bool { return !inSocket(e) })
	unsent := countIn(l.there, transcript.Unsent, transcript.FromClient)
	if missing := int64(len(came) - len(sent)); missing != unread+unsent {
		return fmt.Errorf("%d of the client's bytes did not go on to the upstream; %d are unread and %d unsent", missing, unread, unsent)
	}
	return nil
}

// checkThere: what was sent to the upstream is there, if its record has its client's FIN.
func (l legs) checkThere() error {
	sent := l.there.FromClient()
	got := append(l.upstream.FromClient(), l.upstream.Discarded()...)
	if !bytes.HasPrefix(sent, got) {
		return fmt.Errorf("to the upstream %s was sent, and it has %s", brief(sent), brief(got))
	}
	missing := int64(len(sent)-len(got)) - countIn(l.upstream, transcript.Unread, transcript.FromClient)
	if missing != 0 && l.upstream.Ending(transcript.FromClient) == transcript.ByFIN {
		return fmt.Errorf("%d bytes that were sent to the upstream are not there, though it has the FIN", missing)
	}
	return nil
}

// checkBack: what the upstream sent is in the record of its leg, or lay in the socket.
func (l legs) checkBack() error {
	sent := l.upstream.ToClient()
	got := l.there.ToClient()
	if !bytes.HasPrefix(sent, got) {
		return fmt.Errorf("the upstream sent %s, and its leg has %s", brief(sent), brief(got))
	}
	missing := int64(len(sent)-len(got)) - countIn(l.there, transcript.Unread, transcript.ToClient)
	if missing != 0 && l.there.Ending(transcript.ToClient) == transcript.ByFIN {
		return fmt.Errorf("%d bytes that the upstream sent are not in the record of its leg, though the FIN is", missing)
	}
	return nil
}

// checkLeft: of what had arrived when the proxy closed its socket, unless the upstream had reset it, the record says what was
// not read.
func (l legs) checkLeft() error {
	for e := range l.there.Kind(transcript.RST).All() {
		if e.Direction == transcript.ToClient {
			return nil
		}
	}
	arrived := 0
	for closed := range l.there.Kind(transcript.Close).All() {
		for e := range l.upstream.Kind(transcript.Data).All() {
			if l.inMemory && e.Direction == transcript.ToClient && e.At < closed.At {
				arrived += len(e.Data)
			}
		}
	}
	unread := countIn(l.there, transcript.Unread, transcript.ToClient)
	if named := len(l.there.ToClient()) + int(unread); named < arrived {
		return fmt.Errorf("%d bytes had come from the upstream, and its leg has %d, of which %d unread", arrived, named, unread)
	}
	return nil
}

// checkClosed: the socket to the upstream was closed, once.
func (l legs) checkClosed() error {
	if dialed, closed := l.there.Kind(transcript.Accept).Len(), l.there.Kind(transcript.Close).Len(); dialed != closed {
		return fmt.Errorf("the upstream was dialed %d times, and the socket closed %d times", dialed, closed)
	}
	return nil
}

// checkAnswer: what came from the upstream left for the client, as the plan let it through, or did not, which the record
// says.
func (l legs) checkAnswer(front ledger) error {
	came, sent := l.there.Kind(transcript.Data).ToClient(), front.record.ToClient()
	if l.edits {
		if front.mixed {
			return nil
		}
		came = front.simulate(transcript.ToClient, came)
	}
	if !bytes.HasPrefix(came, sent) {
		return fmt.Errorf("for the client there was %s, and %s was sent to it", brief(came), brief(sent))
	}
	unsent, kept := countIn(front.record, transcript.Unsent, transcript.ToClient), l.kept()
	missing := int64(len(came) - len(sent))
	named := missing >= max(unsent, kept) && missing <= unsent+kept // what a Write has failed with, both records may say
	switch {
	case l.edits:
		named = missing == 0 || unsent+kept > 0 // the numbers are of bytes before the edits
	case front.mixed:
		named = missing <= unsent+kept // what was unsent may have been sent after all, with another plan
	}
	if !named {
		return fmt.Errorf("%d of the upstream's bytes did not go on to the client; %d are unsent, and %d were kept", missing, unsent, kept)
	}
	return nil
}

// kept is how many bytes the upstream leg's notes say that did not go on.
func (l legs) kept() (sum int64) {
	for e := range l.there.Kind(transcript.Note).All() {
		var n int64
		if _, err := fmt.Sscanf(e.Text, "the last %d bytes did not go on", &n); err == nil {
			sum += n
		}
	}
	return sum
}

func countIn(tr transcript.Transcript, k transcript.Kind, d transcript.Direction) (n int64) {
	return ledger{record: tr}.counted(k, d, all)
}
