package script_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/script"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// Short names for what the tests are about.
var (
	expect      = script.Expect
	expectLine  = script.ExpectLine
	expectMatch = script.ExpectMatch
	send        = script.Send
	sendExpand  = script.SendExpand
)

// A client says something in pieces, and then ends its stream or does not.
type client struct {
	pieces []string
	stays  bool          // it does not end its stream
	resets bool          // it ends with an RST
	pause  time.Duration // after each piece; zero: a millisecond
}

// says is a client that says all at once, and then ends its stream.
func says(text string) client { return client{pieces: []string{text}} }

// cut is a client that says text in pieces of n bytes.
func cut(text string, n int) client {
	var c client
	for len(text) > 0 {
		k := min(n, len(text))
		c.pieces, text = append(c.pieces, text[:k]), text[k:]
	}
	return c
}

// An outcome is what came of a script.
type outcome struct {
	answer   string
	reset    bool // the client got an RST
	mismatch *fakeserver.MismatchError
	err      error // of Verify
	took     time.Duration
	record   transcript.Transcript
}

// serve runs a script in a bubble with a client that says something, and reads until the end.
func serve(t *testing.T, h fakeserver.Handler, c client, rules ...fault.Rule) (o outcome) {
	t.Helper()
	nettest.Bubble(t, func(tb fakeserver.TB) {
		var n nettest.Network
		srv, err := fakeserver.Listen(fakeserver.Config{Transport: &n, Handler: h, Faults: fault.Plan{Rules: rules}})
		if err != nil {
			tb.Fatalf("Listen: %v", err)
		}
		defer srv.Close()
		conn, err := n.DialContext(context.Background(), "tcp", srv.Addr())
		if err != nil {
			tb.Fatalf("Dial: %v", err)
		}
		begin := time.Now()
		o.answer, o.reset = converse(conn, c)
		o.took = time.Since(begin)
		if !c.stays {
			ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
			defer cancel()
			srv.Wait(ctx, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Close).Len() > 0 })
		}
		srv.Close()
		conn.Close()
		o.err, o.record = srv.Verify(), srv.Transcript()
	})
	errors.As(o.err, &o.mismatch)
	return o
}

// converse says what c says, each piece when the server has read the one before, and reads the answer.
func converse(conn net.Conn, c client) (answer string, reset bool) {
	got := make(chan string)
	go func() {
		conn.SetReadDeadline(time.Now().Add(24 * time.Hour))
		p, err := io.ReadAll(conn)
		reset = errors.Is(err, fault.ErrInjected) || err != nil && strings.Contains(err.Error(), "reset")
		got <- string(p)
	}()
	for _, piece := range c.pieces {
		io.WriteString(conn, piece)
		time.Sleep(cmp.Or(c.pause, time.Millisecond))
	}
	switch {
	case c.resets:
		conn.(*nettest.Conn).SetLinger(0)
		conn.Close()
	case !c.stays:
		conn.(*nettest.Conn).CloseWrite()
	}
	answer = <-got
	return answer, reset
}

// want checks that a script was done to its end.
func (o outcome) want(t *testing.T, answer string) {
	t.Helper()
	if o.err != nil || o.answer != answer {
		t.Errorf("answered %q, error %v; want %q\n%v", o.answer, o.err, answer, o.record)
	}
}

// wantMismatch checks that a script was not, and that the error has these words.
func (o outcome) wantMismatch(t *testing.T, words ...string) {
	t.Helper()
	if o.mismatch == nil {
		t.Errorf("no mismatch, error %v, answered %q\n%v", o.err, o.answer, o.record)
		return
	}
	for _, w := range words {
		if !strings.Contains(o.err.Error(), w) {
			t.Errorf("the error does not say %q:\n%v", w, o.err)
		}
	}
}

var pingPong = script.Script{expect("PING\r\n"), send("PONG\r\n")}

func TestScriptIsDoneInOrder(t *testing.T) {
	o := serve(t, pingPong, says("PING\r\n"))
	o.want(t, "PONG\r\n")
	if end := o.record.Conn(1).Ending(transcript.ToClient); end != transcript.ByFIN {
		t.Errorf("the server ended by %v", end)
	}
}

func TestScriptNoticesTheFirstByteThatDiffers(t *testing.T) {
	o := serve(t, pingPong, client{pieces: []string{"PI", "G"}, stays: true})
	o.wantMismatch(t, `conn 1: `, `step 1 of 2, expect "PING\r\n": byte 2: want "PING\r\n", got "PIG"`,
		"    want @0  \"PING\\r\\n\"\n    got  @0  \"PIG\"\n                ^\n    left: send \"PONG\\r\\n\"")
	if !o.reset || o.mismatch.Offset != 2 {
		t.Errorf("the client got an RST: %v; offset %d", o.reset, o.mismatch.Offset)
	}
	if o.took > time.Second {
		t.Errorf("that took %v", o.took)
	}
}
