package scenarios

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A wire is what a logger has to cope with.
type wire struct {
	what    string // it reads after the promise's name
	plan    fault.Plan
	handler fakeserver.Handler // of a TCP collector. If nil, Discard
	down    bool               // the collector refuses connections until it goes up
	bulk    bool               // the record keeps no bytes
	kind    error              // of what is found; nil: ErrBroken
}

// smallBuffer lets a collector that does not read be felt soon.
const smallBuffer = 4096

// collector starts a server that takes lines.
func (l NetworkLogger) collector(ctx context.Context, w wire) (fake, error) {
	limit := int64(0)
	if w.bulk {
		limit = -1
	}
	if l.Network == "udp" {
		return listenPacket(ctx, fakeserver.PacketConfig{Faults: w.plan, RecordLimit: limit, Name: "collector"})
	}
	return listenStream(ctx, fakeserver.Config{Handler: w.handler, Faults: w.plan, ReceiveBuffer: smallBuffer, RecordLimit: limit, Name: "collector"})
}

// reluctant returns a collector that reads one byte, and the rest when gate is
// closed. A stall for a time of its own would be over, on a busy machine, before
// the logger has filled the buffers.
func reluctant(gate <-chan struct{}) fakeserver.HandlerFunc {
	return func(ctx context.Context, c *fakeserver.Conn) error {
		if _, err := c.Read(make([]byte, 1)); err != nil {
			return err
		}
		select {
		case <-gate:
		case <-ctx.Done():
		}
		return fakeserver.Discard{}.ServeConn(ctx, c)
	}
}

// longWait is how long Print waits before a collector that has stopped reading is to go
// on.
const longWait = 200 * time.Millisecond

// newGate returns a gate for reluctant, and what opens it.
func newGate() (gate chan struct{}, release func()) {
	gate = make(chan struct{})
	return gate, sync.OnceFunc(func() { close(gate) })
}

// stuck returns a wire whose collector reads one byte, and no more until release
// is called. Its record keeps no bytes.
func stuck() (w wire, release func()) {
	gate, release := newGate()
	return wire{what: "when the collector stops reading", handler: reluctant(gate), bulk: true}, release
}

// carryOut does something to the collector. That this is impossible says nothing
// about the logger.
func carryOut(what string, f func() error) error {
	if err := f(); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrInconclusive, what, err)
	}
	return nil
}
