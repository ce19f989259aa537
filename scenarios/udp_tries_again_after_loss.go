package scenarios

import (
	"context"
	"fmt"
	"net/netip"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// TriesAgainAfterLoss is the promise of a UDP client that gets its answer within
// its own deadline though a datagram was lost: each datagram of the request and
// each of the reply, one in each exchange; the first 16 if a direction has more.
//
// How the client asks again is up to it: the lost part or everything, from the
// same socket or from another, and if it has several servers, another one of them.
var TriesAgainAfterLoss = Promise[UDPClient]{
	variable: "TriesAgainAfterLoss",
	Name:     "tries again after a loss",
	Why: "A lookup failed, a metric had a hole, a user was told that the server is down: one datagram was lost, as one in some " +
		"thousands is on any network. A client that asks once and reports a timeout turns each loss into an outage.",
	Labels: []string{"udp", "fault:loss"},
	check: func(ctx context.Context, subject func() UDPClient) error {
		if subject().Servers > 1 {
			return loseOneOfAll(ctx, subject)
		}
		return inTrialsThatWait[UDPClient](aboutReplies(oneLost), wantAnswer)(ctx, subject)
	},
}

// oneLost loses each datagram once.
func oneLost(healthy history) ([]trial, error) {
	var all []trial
	for _, l := range lostOnce(healthy) {
		all = append(all, trial{what: l.what, plan: onNth(fault.Rule{Fault: fault.Loss{Nth: 1}, Direction: l.direction}, l.n)})
	}
	return all, nil
}

// A lostDatagram is the nth of a direction, of the first peer.
type lostDatagram struct {
	what      string
	direction transcript.Direction
	n         int
}

// lostOnce returns each datagram of the request and of the reply.
func lostOnce(healthy history) (all []lostDatagram) {
	for _, of := range []struct {
		direction transcript.Direction
		name      string
	}{{transcript.FromClient, "request"}, {transcript.ToClient, "reply"}} {
		sum := len(longest(healthy).Datagrams(of.direction))
		for n := 1; n <= min(sum, maxDatagrams); n++ {
			all = append(all, lostDatagram{fmt.Sprintf("with datagram %d of %d of its %s lost once", n, sum, of.name), of.direction, n})
		}
	}
	return all
}

// loseOneOfAll is the promise's check for a client with several servers, with one datagram lost on
// the way to or from all of them: the plan of each would lose one.
func loseOneOfAll(ctx context.Context, subject func() UDPClient) error {
	healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
	if err != nil {
		return err
	}
	if !hasReply(healthy) {
		return fmt.Errorf("%w: %w", ErrInconclusive, errNoReply)
	}
	all := lostOnce(healthy)
	return tryEach(together, subject, len(all), func(i int, subject func() UDPClient) error {
		l := loser{lostDatagram: all[i]}
		_, err := exchange(ctx, l.on(subject), trial{what: l.what}, wantAnswer)
		return l.verdict(err)
	})
}

// A loser loses a datagram of the first peer of any server.
type loser struct {
	lostDatagram

	mu     sync.Mutex // guards those below
	first  peerOf
	passed int // datagrams of the first peer, that way
}

// A peerOf is a client's socket as one of the servers sees it.
type peerOf struct {
	server int // its index
	addr   netip.AddrPort
}

// on returns subjects of whose datagrams one is lost.
func (l *loser) on(subject func() UDPClient) func() UDPClient {
	if l.direction == transcript.FromClient {
		return screenRequests(subject, func(r requestDatagram) bool { return !l.loses(peerOf{r.server, r.from}) })
	}
	return tapReplies(subject, func(r replyDatagram) error {
		if l.loses(peerOf{r.server, r.to}) {
			return nil
		}
		return r.send()
	})
}

// loses reports whether a datagram is the one.
func (l *loser) loses(p peerOf) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.passed == 0 {
		l.first = p
	}
	if p != l.first {
		return false
	}
	l.passed++
	return l.passed == l.n
}

// verdict is err, unless nothing was lost. On a healthy wire a busy machine may have made the
// client ask twice, so that only the first datagram is sure to come again.
func (l *loser) verdict(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.passed < l.n && l.n == 1 {
		return fmt.Errorf("%w: %s: %w", ErrInconclusive, l.what, errNotTried)
	}
	return err
}
