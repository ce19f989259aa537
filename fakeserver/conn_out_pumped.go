package fakeserver

import (
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// pumpedOut is how outbound goes where rules decide: the handler's bytes are decided about and
// queued, and its pump carries that out. The handler's side is in conn_out_write.go.
type pumpedOut struct {
	pump
	out *outbound

	// The pump's.
	edge boundary      // what waits for the client to read
	cuts []decide.Step // the boundaries before the next byte
	due  []item        // its memory

	deciding sync.Mutex     // guards what follows, stream, and that steps are queued in their order
	prog     decide.Program // the plan that decides
	cause    error          // why nothing may be written any more: a rule has ended the direction, or the pump has ended
}

func newPumpedOut(out *outbound, st decide.Stream, prog decide.Program) *pumpedOut {
	return &pumpedOut{pump: newPump(out.half, st, maxWaiting), out: out, edge: boundary{c: out.c}, prog: prog}
}
