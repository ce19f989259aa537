package scenarios

import (
	"cmp"
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
	gate    <-chan struct{}    // the collector stands still at the first line until it is closed; nil: it never does
	handler fakeserver.Handler // in place of the collector's own; nil: that
	down    bool               // the collector refuses connections until it goes up
	bulk    bool               // the record keeps no bytes
	kind    error              // of what is found; nil: ErrBroken
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
		return listenPacket(ctx, fakeserver.PacketConfig{Network: l.Network, Handler: l.PacketHandler, Faults: w.plan, RecordLimit: limit, Name: "collector"})
	}
	if w.gate != nil {
		w.plan = rules(append(w.plan.Rules, standstill(l.framing()))...)
	}
	cfg := fakeserver.Config{Network: l.Network, Handler: cmp.Or(w.handler, l.Handler), Faults: w.plan, RecordLimit: limit, Name: "collector"}
	if !l.isUnix() { // whose senders' buffers count
		cfg.ReceiveBuffer = smallBuffer
	}
	srv, err := listenStream(ctx, cfg)
	if err == nil && w.gate != nil {
		go releaseAfter(ctx, w.gate, srv)
	}
	return srv, err
}

// standstill lets a collector read no further than to its first line, on each connection,
// so that what a protocol says before that is answered. A stall for a time of its own would
// be over, on a busy machine, before the logger has filled the buffers.
func standstill(f framing) fault.Rule {
	return fault.FromClient(fault.Hold{Gate: readsOn}).AfterMatch(f.spell(lineBegins)).NeedNotFire()
}

// readsOn is the gate of standstill.
const readsOn = "reads on"

// releaseAfter lets a collector read on when gate is closed. A collector that has ended by
// then does not read.
func releaseAfter(ctx context.Context, gate <-chan struct{}, srv fake) {
	select {
	case <-gate:
		srv.stream().Release(readsOn)
	case <-ctx.Done():
	}
}

// longWait is how long Print waits before a collector that has stopped reading is to go
// on.
const longWait = 200 * time.Millisecond

// newGate returns a gate for a wire, and what opens it.
func newGate() (gate chan struct{}, release func()) {
	gate = make(chan struct{})
	return gate, sync.OnceFunc(func() { close(gate) })
}

// stuck returns a wire whose collector stops reading at the first line, until release
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
