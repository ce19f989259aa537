package script

import (
	"context"

	"github.com/fakewire/fakewire/fakeserver"
)

// A Script is a [fakeserver.Handler] that does its steps in order, once for each connection. When all are done, the
// connection ends as after any handler that returns nil: with a FIN, and what the client still sends is discarded.
//
// Where the client does something else than a step expects, or ends before all steps are done, the outcome is a
// [fakeserver.MismatchError]: an RST to the client, and a failure of the server's Verify, unless the plan is the cause.
// It comes with the first byte with which the client can't do any more what is expected. How the client's bytes are
// cut makes no difference to any of this.
//
// A Script is copied with its steps, which don't change: many connections may be served by one.
type Script []Step

// Validate returns an error that names each step that can't work, and why.
func (s Script) Validate() error { return check(s, onStream) }

// Gates returns the gates at which steps hold: the server's Release, Rearm and AwaitHeld know them.
func (s Script) Gates() []string { return gatesOf(s) }

// String returns the script as [Parse] reads it.
func (s Script) String() string { return format(s) }

// ServeConn does the steps.
func (s Script) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	return serve(ctx, c, s, nil)
}

func serve(ctx context.Context, c *fakeserver.Conn, s Script, news *refresher) error {
	t := &stream{ctx: ctx, c: c}
	r := &run{ctx: ctx, talk: t, news: news}
	err := r.all(s)
	if err == nil {
		t.leave()
	}
	return err
}
