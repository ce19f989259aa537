package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A stream is the talk on a connection.
type stream struct {
	ctx    context.Context
	c      *fakeserver.Conn
	buf    []byte    // read, and not taken by a step
	offset int64     // of the first byte of buf
	err    error     // of the latest read; io.EOF stays
	closed bool      // by the server's Close: what had come by then is in buf
	end    time.Time // of what bounds the steps; zero: nothing does
}

// readSize is how much is read at once.
const readSize = 4 << 10

func (t *stream) await(all []expectation) (int, *match, *miss, error) {
	race := newRace(all)
	for {
		for race.fed < len(t.buf) {
			if won, n := race.feed(t.buf[race.fed]); won >= 0 {
				return won, t.take(race.runners[won], n), nil, nil
			}
			if i, at, lost := race.lost(); lost {
				return 0, nil, &miss{which: i, at: at, got: t.got(), why: race.runners[i].why()}, nil
			}
		}
		if t.fill(); t.err == nil || race.fed < len(t.buf) {
			continue
		}
		ended := t.ending(t.err)
		if ended == "" {
			return 0, nil, nil, t.err
		}
		if ended == serverClosed && t.takeRest() {
			continue
		}
		if won, n := race.end(); won >= 0 && t.err == io.EOF {
			return won, t.take(race.runners[won], n), nil, nil
		}
		i, _, _ := race.lost()
		final := t.err == io.EOF || ended == serverClosed
		return 0, nil, &miss{which: i, at: len(t.buf), got: t.got(), ended: ended, final: final}, nil
	}
}

// take takes the first n bytes of what has come: they are what a matcher has matched.
func (t *stream) take(m matcher, n int) *match {
	found := m.found(t.buf[:n])
	t.skip(n)
	return found
}

func (t *stream) skip(n int) {
	t.buf = append(t.buf[:0], t.buf[n:]...)
	t.offset += int64(n)
}

// fill reads once.
func (t *stream) fill() {
	if t.err == io.EOF {
		return
	}
	t.buf = slices.Grow(t.buf, readSize)
	n, err := t.c.Read(t.buf[len(t.buf):cap(t.buf)])
	t.buf, t.err = t.buf[:len(t.buf)+n], err
}

// takeRest takes what had come when the server closed. It reports false if there is nothing more.
func (t *stream) takeRest() bool {
	if t.closed {
		return false
	}
	t.closed = true
	rest := t.c.Rest()
	t.buf = append(t.buf, rest...)
	return len(rest) > 0
}

// leave says which of the bytes that were read no step has taken.
func (t *stream) leave() {
	if !t.closed {
		t.c.Unread(len(t.buf))
	}
}

func (t *stream) got() []byte { return slices.Clone(t.buf) }

func (t *stream) message(f Framing) (text, ended string, err error) {
	if f.kind == unframed {
		return t.untilLull()
	}
	d := f.decoder()
	for {
		for d.raw < len(t.buf) {
			_, done, err := d.feed(t.buf[d.raw])
			if err != nil {
				return "", err.Error(), nil
			}
			if done {
				t.skip(d.raw)
				return string(d.body), "", nil
			}
		}
		if t.fill(); t.err == nil || d.raw < len(t.buf) {
			continue
		}
		return "", t.ending(t.err), t.unlessJudged()
	}
}

// untilLull takes what has come, and what comes until nothing does for a while.
func (t *stream) untilLull() (text, ended string, err error) {
	for {
		before := len(t.buf)
		t.c.SetReadDeadline(time.Now().Add(lull))
		if t.fill(); len(t.buf) == before {
			break
		}
	}
	t.c.SetReadDeadline(t.end)
	if t.err != io.EOF && !errors.Is(t.err, os.ErrDeadlineExceeded) {
		return "", t.ending(t.err), t.unlessJudged()
	}
	text = string(t.buf)
	t.skip(len(t.buf))
	return text, "", nil
}

// unlessJudged returns the error of the latest read if it is not for the script to judge.
func (t *stream) unlessJudged() error {
	if t.ending(t.err) == "" {
		return t.err
	}
	return nil
}

// send sends. When the server has closed, whether it could before is chance, and not the client's doing.
func (t *stream) send(p []byte) error {
	_, err := t.c.Write(p)
	if err != nil && t.ctx.Err() != nil && t.ending(err) == serverClosed {
		return nil
	}
	return err
}

func (t *stream) hold(gate string) error { return t.c.Hold(gate) }

func (t *stream) closeWrite() error { return t.c.CloseWrite() }

func (t *stream) reset() error { return t.c.Reset() }

func (t *stream) name(step string) { t.c.Step(step) }

func (t *stream) bound(end time.Time) {
	t.end = end
	t.c.SetDeadline(end)
}

func (t *stream) taken() int64 { return t.offset }

func (t *stream) ended() bool { return t.err == io.EOF && len(t.buf) == 0 || t.ctx.Err() != nil }

func (t *stream) at() (datagram, offset int64) { return 0, t.offset }

// What ends a script before its end.
const (
	clientEnded  = "the client ended its stream"
	clientReset  = "the client reset the connection"
	serverClosed = "the server was closed"
	timeOver     = "it took too long"
)

func (t *stream) ending(err error) string {
	switch {
	case errors.Is(err, fault.ErrInjected):
		return ""
	case err == io.EOF:
		return clientEnded
	case t.ctx.Err() != nil:
		return serverClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return timeOver
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return clientReset
	case errors.Is(err, net.ErrClosed):
		return ""
	}
	return fmt.Sprintf("the connection broke: %v", err)
}
