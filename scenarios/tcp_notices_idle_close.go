package scenarios

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// NoticesIdleClose is the promise of a TCP client with sessions that notices that
// the server has closed an idle connection before it uses it: the next Ask, which
// comes a tenth of a second after the FIN has reached the client's kernel, or when the
// client has closed its end, gets its answer, and the request was not sent on the
// connection that was closed. A parting word there, such as QUIT, is no harm.
//
// It needs Open. A client that keeps no connection keeps this promise. Where the kernel
// does not tell that the FIN is there (it does on Linux), it has 20 ms more to get there.
var NoticesIdleClose = Promise[TCPClient]{
	variable: "NoticesIdleClose",
	Name:     "notices that an idle connection was closed",
	Why: "The first request after each lunch break failed with \"unexpected EOF\", or was sent twice: the server had closed a connection " +
		"that was idle, and the pool handed it out all the same. So did Go's MySQL driver, until it looked at a connection first.",
	Labels: []string{"tcp", "fault:close"},
	check: func(ctx context.Context, subject func() TCPClient) error {
		want, err := answers(ctx, subject, 2)
		if err != nil {
			return err
		}
		idle := trial{what: "when the server closed its idle connections"}
		return inDialogue(ctx, subject, idle, func(d *dialogue) error { return closeIdle(d, want) })
	},
}

// closeIdle lets the client ask, and ask again when its connections were closed.
func closeIdle(d *dialogue, want []string) error {
	if err := d.ask(1).wantAnswer(want[0]); err != nil {
		return err
	}
	before := d.srv.Transcript()
	if err := endIdle(d, before); err != nil {
		return err
	}
	if err := d.ask(2).wantAnswer(want[1]); err != nil {
		return err
	}
	unheard := closedUnheard(d.srv.Transcript(), before.Conns())
	d.srv.Stop() // takes what has arrived
	after := d.srv.Transcript()
	var late, fresh []byte
	for n := 1; n <= after.Conns(); n++ {
		c := after.Conn(n)
		sent := append(c.FromClient(), c.Discarded()...)
		if n > before.Conns() {
			fresh = append(fresh, sent...)
		} else {
			late = append(late, sent[clientsSent(before.Conn(n)):]...)
		}
	}
	if len(late) > 0 && bytes.Contains(fresh, late) {
		return fmt.Errorf("Ask(2) sent its request on a connection that was closed, and again on another: %.100q", late)
	}
	if unheard > 0 {
		return fmt.Errorf("%w: the machine is too busy: the server had stopped reading on connection %d before the client had ended it", ErrInconclusive, unheard)
	}
	return nil
}

// closedUnheard returns which of the first conns connections the server has closed for
// good before its client ended it: what was sent there is not in the record. It is 0 if
// there is none.
func closedUnheard(t transcript.Transcript, conns int) int {
	for n := 1; n <= conns; n++ {
		if t.Conn(n).Ending(transcript.FromClient) == transcript.ByClose {
			return n
		}
	}
	return 0
}

// endIdle closes the client's connections and lets it have the time to notice. That
// the client connects again at once is its own affair.
func endIdle(d *dialogue, before transcript.Transcript) error {
	if err := d.srv.stream().CloseClientConns(transcript.ByFIN); err != nil {
		return fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	left := func(t transcript.Transcript) bool { return haveEnded(t, before.Conns(), transcript.ToClient) }
	ctx, cancel := context.WithTimeout(d.ctx, slackOf(d.ctx))
	defer cancel()
	closed := clientPorts(before)
	arrived := func(all []socket) bool {
		return !slices.ContainsFunc(all, func(s socket) bool { return s.state == established && closed[s.port] })
	}
	if err := d.await(ctx, left); err != nil || !d.srv.awaitSockets(ctx, arrived) {
		return errors.Join(fmt.Errorf("%w: the server's FIN did not reach the client", ErrInconclusive), err)
	}
	letNotice(d, before.Conns())
	return nil
}

// noticeTicks and noticeTick are how long a client with a goroutine that reads gets to
// see a FIN that is there: ticks, and not a clock, which goes on while nothing can run.
// But after noticeLimit the client is to ask, because the server reads what is sent after
// its FIN for a few seconds only.
const (
	noticeTicks = 20
	noticeTick  = 5 * time.Millisecond
	noticeLimit = 2 * time.Second
)

// letNotice waits until the client has ended its side of the first conns connections, or
// has had the time for that.
func letNotice(d *dialogue, conns int) {
	for n, began := 0, time.Now(); n < noticeTicks && time.Since(began) < noticeLimit; n++ {
		select {
		case <-time.After(noticeTick):
		case <-d.ctx.Done():
			return
		}
		if haveEnded(d.srv.Transcript(), conns, transcript.FromClient) {
			return
		}
	}
}
