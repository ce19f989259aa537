package scenarios

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// ReportsUnreachablePort is the promise of a UDP client that does not wait for a
// server that is not there: the host answers its request with "port unreachable",
// and it returns an error that wraps syscall.ECONNREFUSED, or any error in less
// than half the time in which it gives up on a server that says nothing.
//
// Only a socket that is connected to the server is told, with ECONNREFUSED, at its
// next call. A client with one socket for many servers can't make this promise.
//
// It needs a server that can refuse datagrams, which is on Linux; elsewhere it ends with
// ErrInconclusive.
var ReportsUnreachablePort = Promise[UDPClient]{
	variable: "ReportsUnreachablePort",
	Name:     "reports an unreachable port",
	Why: "A daemon was down for a second, and left a pile of waiting callers. Its host says at once that it is down; a client that does " +
		"not listen waits for its whole deadline, at each call, and one that drops the error reports a timeout, and sends people " +
		"looking for a firewall.",
	Labels: []string{"udp"},
	check:  checkReportsUnreachablePort,
}

func checkReportsUnreachablePort(ctx context.Context, subject func() UDPClient) error {
	if err := rehearseDo(ctx, subject); err != nil {
		return err
	}
	c, err := subject().client()
	if err != nil {
		return err
	}
	srv, err := c.listen(ctx, fault.Plan{})
	if err != nil {
		return err
	}
	what := "with nothing at the server's port"
	if err := srv.refuse(); err != nil {
		return srv.verdict(what, nil, fmt.Errorf("%w: %w", ErrInconclusive, err))
	}
	o := c.attempt(ctx, srv.Address())
	return srv.verdict(what, nil, wantRefusal(c, o, func() (outcome, error) { return giveUp(ctx, subject) }))
}

// wantRefusal judges an outcome at an unreachable port. It asks how the client
// gives up on silence only if it must.
func wantRefusal(c client, o outcome, silence func() (outcome, error)) error {
	if !o.failed() || errors.Is(o.err, syscall.ECONNREFUSED) {
		return wantError(c, o)
	}
	lost, err := silence()
	// What a busy machine adds to the silence after the deadline says nothing about the client.
	if err == nil && o.took >= min(lost.took, c.within)/2 {
		return fmt.Errorf("%v, want an error that wraps ECONNREFUSED, or one much sooner: a server that says nothing gives %v", o, lost)
	}
	return err
}

// giveUp returns how the subject gives up on a server that says nothing.
func giveUp(ctx context.Context, subject func() UDPClient) (lost outcome, err error) {
	silent := trial{what: "with its requests lost", kind: ErrInconclusive, plan: rules(fault.FromClient(fault.Loss{Every: 1}))}
	_, err = exchange(ctx, subject, silent, func(_ client, o outcome) error {
		lost = o // whatever it is: that is another promise's business
		return nil
	})
	return lost, err
}
