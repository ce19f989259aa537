package script_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/script"
	"pgregory.net/rapid"
)

// How the client's bytes are cut makes no difference: to what it is answered, to what is wrong with them, and to the record.
func TestScriptIsIndependentOfCuts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := dialogues.Draw(rt, "dialogue")
		says := saying(rt, d.says)
		whole := serve(t, d.steps, client{pieces: []string{says}})
		var c client
		for rest := says; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(rt, "piece")
			c.pieces, rest = append(c.pieces, rest[:n]), rest[n:]
		}
		wantSame(rt, d.steps, says, whole, serve(t, d.steps, c))
	})
}

// On a socket of the kernel's a script is what it is in memory.
func TestScriptIsTheSameOnSockets(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := dialogues.Draw(rt, "dialogue")
		says := saying(rt, d.says)
		wantSame(rt, d.steps, says, serve(t, d.steps, client{pieces: []string{says}}), serveOnSocket(t, d.steps, says))
	})
}

// serveOnSocket is serve on a socket, with a client that says all at once and then ends its stream.
func serveOnSocket(t *testing.T, s script.Script, says string) (o outcome) {
	srv := listen(t, fakeserver.Config{Handler: s})
	defer srv.Close()
	c, err := srv.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(servertest.Patience))
	io.WriteString(c, says)
	c.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(c)
	servertest.Wait(t, srv, servertest.Ended(1))
	srv.Close()
	o.answer, o.err, o.record = string(answer), srv.Verify(), srv.Transcript()
	errors.As(o.err, &o.mismatch)
	return o
}

type fataler interface{ Fatalf(string, ...any) }

// wantSame checks that two runs of a script had the same outcome.
func wantSame(t fataler, s script.Script, says string, a, b outcome) {
	same := (a.err == nil) == (b.err == nil) && (a.mismatch == nil) == (b.mismatch == nil) && a.answer == b.answer
	if m, n := a.mismatch, b.mismatch; same && m != nil {
		k := min(len(m.Got), len(n.Got))
		same = m.Step == n.Step && m.Offset == n.Offset && m.Want == n.Want && m.Ended == n.Ended && bytes.Equal(m.Got[:k], n.Got[:k])
	} else if same {
		same = bytes.Equal(a.record.FromClient(), b.record.FromClient()) && bytes.Equal(a.record.Discarded(), b.record.Discarded())
	}
	if !same {
		t.Fatalf("script\n%v\nclient %q\nanswered %q, %v\n%v\nand then %q, %v\n%v", s, says, a.answer, a.err, a.record, b.answer, b.err, b.record)
	}
}

// A client that says what the script wants is done with it.
func TestScriptIsDoneByAClientThatFollowsIt(t *testing.T) {
	done := 0
	rapid.Check(t, func(rt *rapid.T) {
		d := dialogues.Draw(rt, "dialogue")
		o := serve(t, d.steps, says(d.says))
		if o.err == nil {
			done++
		}
	})
	if done == 0 {
		t.Error("no script was done")
	}
	t.Logf("%d scripts were done", done)
}
