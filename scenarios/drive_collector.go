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
	what string // it reads after the promise's name
	plan fault.Plan
	gate <-chan struct{} // the collector stops reading as soon as something came, until it is closed; nil: it reads
	down bool            // the collector refuses connections until it goes up
	bulk bool            // the record keeps no bytes
	kind error           // of what is found; nil: ErrBroken
}

// smallBuffer lets a collector that does not read be felt soon.
const smallBuffer = 4096

// collector starts a server that takes lines.
func (l NetworkLogger) collector(ctx context.Context, w wire) (fake, error) {
	if l.isUnix() && memoryOf(ctx) != nil {
		return fake{}, fmt.Errorf("%w: there are no unix sockets in memory", ErrSubject)
	}
	limit := int64(0)
	if w.bulk {
		limit = -1
	}
	if l.sendsDatagrams() {
		return listenPacket(ctx, fakeserver.PacketConfig{Network: l.Network, Handler: l.PacketHandler, Faults: w.plan, RecordLimit: limit, Redact: l.Redact, Name: "collector"})
	}
	cfg := fakeserver.Config{Network: l.Network, Handler: l.Handler, Faults: w.plan, RecordLimit: limit, Redact: l.Redact, Name: "collector"}
	if !l.isUnix() { // whose senders' buffers count
		cfg.ReceiveBuffer = smallBuffer
	}
	switch {
	case w.gate == nil:
		return listenStream(ctx, cfg)
	case cfg.Handler == nil:
		cfg.Handler = reluctant(w.gate)
		return listenStream(ctx, cfg)
	}
	return listenHeld(ctx, cfg, w.gate, l.framing().spell(lineBegins))
}

// reluctant returns a collector that reads one byte, and the rest when gate is
// closed. A stall for a time of its own would be over, on a busy machine, before
// the logger has filled the buffers. A rule would cost memory for each connection, which
// counts as the logger's.
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

// listenHeld starts a collector with a Handler that reads no further than to the first line
// on each connection, and the rest when gate is closed: what the protocol says before that is
// answered.
func listenHeld(ctx context.Context, cfg fakeserver.Config, gate <-chan struct{}, line string) (fake, error) {
	const readsOn = "reads on"
	hold := fault.FromClient(fault.Hold{Gate: readsOn}).AfterMatch(line).NeedNotFire()
	cfg.Faults = rules(append(cfg.Faults.Rules, hold)...)
	srv, err := listenStream(ctx, cfg)
	if err != nil {
		return srv, err
	}
	go func() {
		select {
		case <-gate:
			srv.stream().Release(readsOn)
		case <-ctx.Done():
		}
	}()
	return srv, nil
}

// longWait is how long Print waits before a collector that has stopped reading is to go
// on.
const longWait = 200 * time.Millisecond

// newGate returns a gate for a wire, and what opens it.
func newGate() (gate chan struct{}, release func()) {
	gate = make(chan struct{})
	return gate, sync.OnceFunc(func() { close(gate) })
}

// stuck returns a wire whose collector stops reading as soon as something came, until release
// is called. Its record keeps no bytes.
func stuck() (w wire, release func()) {
	gate, release := newGate()
	return wire{what: "when the collector stops reading", gate: gate, bulk: true}, release
}

// carryOut does something to the collector. That this is impossible says nothing
// about the logger.
func carryOut(what string, f func() error) error {
	if err := f(); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrInconclusive, what, err)
	}
	return nil
}
