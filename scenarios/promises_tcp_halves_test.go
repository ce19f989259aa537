package scenarios_test

import (
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// halves are subjects that keep all of a promise but the part that the evidence names.
// That others keep it is in promises_tcp_test.go.
var halves = []struct {
	p        tcpPromise
	within   time.Duration
	breaks   func(string, time.Duration) scenarios.TCPClient
	evidence string
}{
	{scenarios.HonoursDeadline, within / 2, reference.RenewsDeadline, `with its reply of 22 bytes trickling in, a byte in 166.666666ms: Do did not return within`},
	{scenarios.StopsWhenTold, within / 2, reference.ReadsOnWhenTold, `told to stop half-way through its reply: Ask(1) = "", `},
	{scenarios.StopsWhenTold, within / 2, reference.DialsOnWhenTold, `told to stop while it connects: Ask(1) = "", `},
	{scenarios.LeavesNothingBehind, within / 2, reference.LeavesSession, `after a session on a healthy wire: 1s later there is still connection 1, which the client did not end`},
	{scenarios.SendsRequestOnce, within, reference.ResendsAfterFIN, `and the connection's end came in place of the answer: Do = "", EOF after `},
	{scenarios.SendsRequestOnce, within, reference.ResendsAfterSilence, `and no answer came: Do = "", `},
}

var _ = It("a TCP client that keeps all of a promise but a part fails, with that part", func(ctx SpecContext) {
	broken := make([]error, len(halves))
	var wg sync.WaitGroup // most wait for their deadlines
	for i, h := range halves {
		wg.Go(func() {
			c := h.breaks(echoed, h.within)
			c.Handler = echoes
			broken[i] = scenarios.Run(hasty(ctx), h.p, always(c))
		})
	}
	wg.Wait()
	for i, h := range halves {
		wantBroken(broken[i], h.p.Name, h.evidence)
	}
}, NodeTimeout(time.Minute))
