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
	before := d.srv.records()
	if err := endIdle(d, before); err != nil {
		return err
	}
	if err := d.ask(2).wantAnswer(want[1]); err != nil {
		return err
	}
	unheard := closedUnheard(d.srv.records(), before)
	d.srv.Stop() // takes what has arrived
	var late, fresh []byte
	for c, t := range d.srv.records().each() {
		sent := append(t.FromClient(), t.Discarded()...)
		if before.has(c) {
			late = append(late, sent[clientsSent(before.of(c)):]...)
		} else {
			fresh = append(fresh, sent...)
		}
	}
	if len(late) > 0 && bytes.Contains(fresh, late) {
		return fmt.Errorf("Ask(2) sent its request on a connection that was closed, and again on another: %.100q", late)
	}
	if unheard != "" {
		return fmt.Errorf("%w: the machine is too busy: the server had stopped reading on %s before the client had ended it", ErrInconclusive, unheard)
	}
	return nil
}

// closedUnheard returns the name of a connection of those before that its server has closed for
// good before its client ended it: what was sent there is not in the record. It is empty if
// there is none.
func closedUnheard(now, before records) string {
	for c := range before.each() {
		if now.of(c).Ending(transcript.FromClient) == transcript.ByClose {
			return now.name(c)
		}
	}
	return ""
}

// haveEnded reports whether one direction of each connection of those before has ended.
func haveEnded(now, before records, direction transcript.Direction) bool {
	for c := range before.each() {
		if now.of(c).Ending(direction) == transcript.StillOpen {
			return false
		}
	}
	return true
}

// endIdle closes the client's connections and lets it have the time to notice. That
// the client connects again at once is its own affair.
func endIdle(d *dialogue, before records) error {
	if err := d.srv.closeConns(transcript.ByFIN); err != nil {
		return fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	left := func(now records) bool { return haveEnded(now, before, transcript.ToClient) }
	ctx, cancel := context.WithTimeout(d.ctx, slackOf(d.ctx))
	defer cancel()
	closed := clientPorts(before...)
	arrived := func(all []socket) bool {
		return !slices.ContainsFunc(all, func(s socket) bool { return s.state == established && closed[s.port] })
	}
	if err := d.await(ctx, left); err != nil || !d.srv.awaitSockets(ctx, arrived) {
		return errors.Join(fmt.Errorf("%w: the server's FIN did not reach the client", ErrInconclusive), err)
	}
	letNotice(d, before)
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

// letNotice waits until the client has ended its side of the connections before, or has had the
// time for that.
func letNotice(d *dialogue, before records) {
	for n, began := 0, time.Now(); n < noticeTicks && time.Since(began) < noticeLimit; n++ {
		select {
		case <-time.After(noticeTick):
		case <-d.ctx.Done():
			return
		}
		if haveEnded(d.srv.records(), before, transcript.FromClient) {
			return
		}
	}
}
