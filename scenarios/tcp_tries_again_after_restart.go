package scenarios

import (
	"context"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// TriesAgainAfterRestart is the promise of a TCP client with sessions whose server was
// restarted on the same port: its connections end, with FINs or with RSTs, and nothing
// listens for a while, in which an Ask returns an error. Within Within of the server's
// return an Ask gets its answer again; those before may fail, but none gets another
// answer.
//
// It needs Open, and a server that can refuse connections without giving its port up,
// which is on Linux; elsewhere it ends with ErrInconclusive.
var TriesAgainAfterRestart = Promise[TCPClient]{
	variable: "TriesAgainAfterRestart",
	Name:     "tries again after a restart of its server",
	Why: "The database was updated, and every call failed with \"broken pipe\" until the program was restarted too. Some drivers connect " +
		"when they are made, and never again; others mark a server as dead, and never look again.",
	Labels: []string{"tcp", "fault:refused", "fault:close", "fault:reset"},
	check:  checkTriesAgainAfterRestart,
}

func checkTriesAgainAfterRestart(ctx context.Context, subject func() TCPClient) error {
	want, err := answers(ctx, subject, 2)
	if err != nil {
		return err
	}
	endings := []transcript.Ending{transcript.ByFIN, transcript.ByRST}
	return tryEach(asNeeded, subject, len(endings), func(i int, subject func() TCPClient) error {
		how := endings[i]
		restart := trial{what: fmt.Sprintf("when its server was restarted, and connections ended by %v", how)}
		return inDialogue(ctx, subject, restart, func(d *dialogue) error { return restartServer(d, how, want) })
	})
}

// restartServer lets the client ask before a restart of its server, meanwhile, and after.
func restartServer(d *dialogue, how transcript.Ending, want []string) error {
	if err := d.ask(1).wantAnswer(want[0]); err != nil {
		return err
	}
	if err := d.srv.refuse(); err != nil {
		return fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	if err := d.srv.closeConns(how); err != nil {
		return fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	if err := d.ask(2).wantError("nothing listens"); err != nil {
		return err
	}
	if err := d.srv.accept(); err != nil {
		return fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	return askUntilAnswered(d, want[1], "the server was there again")
}

// askUntilAnswered lets the client ask until it gets its answer.
func askUntilAnswered(d *dialogue, want, since string) error {
	for up := time.Now(); ; {
		began := time.Now()
		o := d.ask(2)
		if o.err == nil || isMisconduct(o.err) {
			return o.wantAnswer(want)
		}
		if began.Sub(up) > d.patience() {
			return o.but("want an answer, %v after %s", began.Sub(up), since)
		}
		if err := d.pause(d.client.within / 50); err != nil { // for a client that fails at once
			return err
		}
	}
}
