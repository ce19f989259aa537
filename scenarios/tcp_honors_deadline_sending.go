package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// HonorsDeadlineSending is the promise of a TCP client that returns an error within
// its own deadline when the server stops reading in the middle of a request, so that
// the client's writes block. It needs Large.
var HonorsDeadlineSending = Promise[TCPClient]{
	variable: "HonorsDeadlineSending",
	Name:     "honors its deadline while sending",
	Why: "The server was overloaded and stopped reading, and once its window was full, Write blocked. A client with a deadline for " +
		"reading only never gets as far as reading: an upload, a bulk insert or a log shipper then hangs for good.",
	Labels: []string{"tcp", "fault:stall"},
	check: func(ctx context.Context, subject func() TCPClient) error {
		large, err := healthyLarge(ctx, subject)
		if err != nil {
			return err
		}
		stalled := trial{
			what: fmt.Sprintf("when the server stopped reading after byte %d of the %d that it sends", large.middle, large.size),
			plan: rules(fault.FromClient(fault.Stall{}).AfterBytes(large.middle)),
		}
		return withLarge(ctx, subject, stalled, func(d *dialogue) error {
			return d.do().wantError("the server read nothing more")
		})
	},
}
