package scenarios

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// SaysSoWhileRefused is the promise of a TCP client each of whose calls returns an error while
// its server refuses connections: five in a row, each within Within, and none with an answer
// that it had before. A client with sessions has asked once when that begins, and its
// connections are reset; of one without, it is Do.
//
// It needs a server that can refuse connections without giving its port up, which is on
// Linux; elsewhere it ends with ErrInconclusive.
var SaysSoWhileRefused = Promise[TCPClient]{
	variable: "SaysSoWhileRefused",
	Name:     "says so at each call while its server refuses",
	Why: "The first call during an outage failed, and the second hung: it waited for a connection that the first had promised to make. " +
		"And a price was an hour old, because a client that could not ask handed on what it had been told the last time.",
	Labels: []string{"tcp", "fault:refused", "fault:reset"},
	check:  checkSaysSoWhileRefused,
}

// refusedCalls is how many calls are made while the server refuses.
const refusedCalls = 5

func checkSaysSoWhileRefused(ctx context.Context, subject func() TCPClient) error {
	c, err := subject().client()
	if err != nil {
		return err
	}
	refused := trial{what: "while its server refuses"}
	if c.open == nil {
		if _, err := exchange(ctx, subject, rehearsal, wantAnswer); err != nil {
			return err
		}
		return onWire(ctx, subject, refused, func(d *dialogue) error {
			if err := carryOut("Down", d.srv.refuse); err != nil {
				return err
			}
			return callInVain(d, func(int) outcome { return d.do() })
		})
	}
	want, err := answers(ctx, subject, 1)
	if err != nil {
		return err
	}
	return inDialogue(ctx, subject, refused, func(d *dialogue) error {
		if err := d.ask(1).wantAnswer(want[0]); err != nil {
			return err
		}
		if err := carryOut("Down", d.srv.refuse); err != nil {
			return err
		}
		end := func() error { return d.srv.closeConns(transcript.ByRST) }
		if err := carryOut("CloseClientConns", end); err != nil {
			return err
		}
		return callInVain(d, func(n int) outcome { return d.ask(1 + n%2) }) // the first anew, too
	})
}

// callInVain calls several times, and wants an error each time.
func callInVain(d *dialogue, call func(n int) outcome) error {
	for n := 1; n <= refusedCalls; n++ {
		if err := call(n).wantError("nothing listens"); err != nil {
			return &nth{n, err}
		}
	}
	return nil
}

// nth is an error about the nth call.
type nth struct {
	n   int
	err error
}

func (e *nth) Error() string { return fmt.Sprintf("call %d: %v", e.n, e.err) }
func (e *nth) Unwrap() error { return e.err }
