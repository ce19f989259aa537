package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// packets is the talk with a peer.
type packets struct {
	ctx  context.Context
	p    *fakeserver.Peer
	last fakeserver.Packet // that was read
	read int64             // how many were
	end  time.Time         // of what bounds the steps; zero: nothing does
	over bool              // no more comes
}

func (t *packets) await(all []expectation) (int, *match, *miss, error) {
	p, err := t.next()
	if err != nil {
		ended := t.ending(err)
		if ended == "" {
			return 0, nil, nil, err
		}
		t.over = t.over || ended != timeOver
		t.last = fakeserver.Packet{Number: t.last.Number + 1}
		return 0, nil, &miss{ended: ended, final: t.over}, nil
	}
	t.last = p
	furthest := &miss{at: -1, got: p.Data}
	for i, e := range all {
		at, why, ok := e.fits(p.Data)
		if ok {
			t.read++
			return i, e.found(p.Data), nil, nil
		}
		if at > furthest.at {
			furthest.which, furthest.at, furthest.why = i, at, why
		}
	}
	return 0, nil, furthest, nil
}

// next returns the next datagram, also one that had come when the server closed.
func (t *packets) next() (fakeserver.Packet, error) {
	ctx := t.ctx
	if !t.end.IsZero() {
		bounded, cancel := context.WithDeadline(ctx, t.end)
		defer cancel()
		ctx = bounded
	}
	p, err := t.p.Next(ctx)
	if err == nil {
		return p, nil
	}
	if p, ok := t.p.Ready(); ok {
		return p, nil
	}
	return p, err
}

func (t *packets) message(Framing) (text, ended string, err error) {
	t.read++
	return string(t.last.Data), "", nil
}

// send goes on where the server is down: what is sent then is lost, as the record says.
func (t *packets) send(b []byte) error {
	_, err := t.p.Write(b)
	if errors.Is(err, net.ErrClosed) && t.ctx.Err() == nil {
		return nil
	}
	return err
}

func (t *packets) hold(gate string) error { return t.p.Hold(gate) }

func (t *packets) closeWrite() error { return errors.ErrUnsupported }

func (t *packets) reset() error { return errors.ErrUnsupported }

func (t *packets) name(step string) { t.p.Step(step) }

func (t *packets) bound(end time.Time) { t.end = end }

func (t *packets) taken() int64 { return t.read }

func (t *packets) ended() bool { return t.over || t.ctx.Err() != nil }

func (t *packets) at() (datagram, offset int64) { return t.last.Number, 0 }

// replaced is what ends a script whose server has another handler.
const replaced = "the server has another handler"

func (t *packets) ending(err error) string {
	switch {
	case errors.Is(err, fault.ErrInjected):
		return ""
	case err == io.EOF:
		return replaced
	case t.ctx.Err() != nil:
		return serverClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return timeOver
	case errors.Is(err, net.ErrClosed):
		return ""
	}
	return fmt.Sprintf("the socket broke: %v", err)
}
