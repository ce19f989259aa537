package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// A run is a script at work: on one connection, or for one peer.
type run struct {
	ctx   context.Context
	talk  talk
	trail trail
	last  *match // of the latest ExpectMatch
	bound bound
	idle  bool       // the latest expectation has failed because the client's end came before any byte
	news  *refresher // of the script's file; nil: it stays as it is
}

// A talk is what a script does with its client.
type talk interface {
	// await waits for one of several expectations. The miss is nil if one was met; chosen is then which. err is
	// the connection's own.
	await(all []expectation) (chosen int, found *match, m *miss, err error)
	send(p []byte) error
	hold(gate string) error
	closeWrite() error
	reset() error
	name(step string)
	bound(end time.Time) // zero: none
	taken() int64        // how much the steps have taken of what the client sent
	// message takes the message that has begun to come, to its end, for a file that is refreshed. If there is none, ended
	// says why.
	message(f Framing) (text, ended string, err error)
	ended() bool // whether nothing comes from the client any more
	at() (datagram, offset int64)
	ending(err error) string // what err says about the client or the server, for people; empty: it is not for the script to judge
}

// all does a whole script.
func (r *run) all(s Script) error {
	err := r.list(s, 0, 0)
	if err == errOver {
		return nil
	}
	return err
}

// list does the steps of an alternative or a round; zero: there is only one.
func (r *run) list(steps []Step, alternative, round int) error {
	return r.listFrom(steps, 0, alternative, round)
}

// listFrom is list from a step on.
func (r *run) listFrom(steps []Step, from, alternative, round int) error {
	r.trail.push(steps, alternative, round)
	defer r.trail.pop()
	for i := from; i < len(steps); i++ {
		r.trail.at(i)
		if err := r.step(steps[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) step(s Step) error {
	if s.act == nil {
		return fmt.Errorf("%s: it is no step", r.name())
	}
	r.talk.name(r.name())
	return r.news.now(s).act.run(r)
}

// name names the step that is being done.
func (r *run) name() string { return r.trail.String() }

// expect waits for one of several expectations, and returns which.
func (r *run) expect(all ...expectation) (chosen int, err error) {
	chosen, found, m, err := r.talk.await(all)
	datagram, offset := r.talk.at()
	if m != nil && err == nil && r.news != nil {
		m, err = r.refresh(all, m)
	}
	switch {
	case err != nil:
		r.idle = false
		return 0, fmt.Errorf("%s: %w", r.name(), err)
	case m != nil && m.ended == replaced:
		r.idle = true
		return 0, io.EOF // which the server takes for what it is
	case m != nil:
		r.idle = m.ended != "" && len(m.got) == 0 && m.final
		return 0, r.mismatch(all, m, datagram, offset)
	case found != nil:
		r.last = found
	}
	return chosen, nil
}

func (r *run) send(p []byte) error {
	if err := r.talk.send(p); err != nil {
		return r.broken("to send "+shown(string(p)), err)
	}
	return nil
}

// broken returns the error of a step that could not be done.
func (r *run) broken(want string, err error) error {
	if errors.Is(err, errors.ErrUnsupported) { // by itself, and not as an error of the connection's, which would fail nothing
		return fmt.Errorf("%s: this connection can't: %w", r.name(), errors.ErrUnsupported)
	}
	if ended := r.talk.ending(err); ended != "" {
		return r.missing(want, ended)
	}
	return fmt.Errorf("%s: %w", r.name(), err)
}

func (r *run) setBound(b bound) {
	r.bound = b
	r.talk.bound(b.end)
}

// timeLeft returns how long there is until the bound, if there is one.
func (r *run) timeLeft() (left time.Duration, bounded bool) {
	if r.bound.end.IsZero() {
		return 0, false
	}
	return time.Until(r.bound.end), true
}
