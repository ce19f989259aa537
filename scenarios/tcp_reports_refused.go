package scenarios

import (
	"context"
	"fmt"
)

// ReportsRefused is the promise of a TCP client that returns an error when nothing
// listens where it dials. Any error will do, and any time up to Within: a client may go
// on trying until then, but it has to give up, and to say so.
//
// It needs a server that can refuse connections without giving its port up, which is on
// Linux; elsewhere it ends with ErrInconclusive.
var ReportsRefused = Promise[TCPClient]{
	variable: "ReportsRefused",
	Name:     "reports a refused connection",
	Why: "For a second during a deployment, nothing listened. A client that dials again and again without a bound hangs its caller for " +
		"as long as the server is gone, and one that only logs the error hands on an empty answer as if it were the server's.",
	Labels: []string{"tcp", "fault:refused"},
	check: func(ctx context.Context, subject func() TCPClient) error {
		healthy, err := exchange(ctx, subject, rehearsal, wantAnswer)
		if err != nil {
			return err
		}
		if healthy.Conns() == 0 {
			return fmt.Errorf("%w: on a healthy wire the client never connected to its server", ErrInconclusive)
		}
		refused := trial{what: "refused", ready: fakes.refuse}
		_, err = exchange(ctx, subject, refused, wantError)
		return err
	},
}
