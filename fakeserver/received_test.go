package fakeserver_test

import (
	"context"
	"io"
	"log"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// wantReceived checks what clients sent that the handler may have had, and what they sent
// in vain.
func wantReceived(t *testing.T, tr transcript.Transcript, received, discarded string) {
	t.Helper()
	if got := string(tr.FromClient()); got != received {
		t.Errorf("received %q, want %q\n%v", got, received, tr)
	}
	if got := string(tr.Discarded()); got != discarded {
		t.Errorf("discarded %q, want %q\n%v", got, discarded, tr)
	}
}

// A logger that goes on on a connection that the collector has left loses its lines, though
// no Write fails. A record in which they count as received would hide that.
func TestReceivedLacksALoggersLostLine(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{}}) // takes one line and leaves
	c := dial(t, srv)
	logger := log.New(c, "", 0)
	if err := logger.Output(1, "first"); err != nil {
		t.Fatal(err)
	}
	wantAll(t, c, "", io.EOF)
	if err := logger.Output(1, "lost"); err != nil { // it does not look whether the server is still there
		t.Fatal(err)
	}
	c.Close()
	wait(t, srv, ended(1))
	tr := srv.Transcript()
	wantReceived(t, tr, "first\n", "lost\n")
	if got := tr.Lines(); len(got) != 1 || got[0] != "first" {
		t.Errorf("Lines = %q, want the first one alone", got)
	}
}

func TestReceivedIsWhatTheHandlerRead(t *testing.T) {
	readsHello := func(ctx context.Context, c *fakeserver.Conn) error { return expect(c, "hello") }
	for _, tt := range []struct {
		why                 string
		rule                fault.Rule
		received, discarded string
	}{
		{"it has read ahead", fault.FromClient(fault.Slice{Size: 5}), "hello", ", world"},
		{"and a part of a piece", fault.FromClient(fault.Slice{Sizes: []int64{9, 100}}), "hello", ", world"},
		{"it keeps back what may be replaced", fault.FromClient(fault.Replace{Old: ", worlds", New: "!"}).NeedNotFire(), "hello", ", world"},
		{"it replaces what comes after that", fault.FromClient(fault.Replace{Old: ", world", New: "!"}), "hello", ", world"},
		{"it replaces what the handler reads", fault.FromClient(fault.Replace{Old: "bye", New: "hello"}).NeedNotFire(), "hello", ", world"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.HandlerFunc(readsHello), Faults: plan(tt.rule)})
			c := dial(t, srv)
			send(t, c, "hello, world")
			wantAll(t, c, "", io.EOF)
			c.Close()
			wait(t, srv, ended(1))
			wantReceived(t, srv.Transcript(), tt.received, tt.discarded)
		})
	}
}

// A client that keeps its connection when the server has left need not end it for the record to
// tell what was lost.
func TestReceivedEndsWithTheHandler(t *testing.T) {
	readsHello := func(ctx context.Context, c *fakeserver.Conn) error { return expect(c, "hello") }
	for why, rules := range map[string][]fault.Rule{
		"without rules":            nil,
		"a rule that does not act": {fault.FromClient(fault.Reset{}).AfterBytes(100).NeedNotFire()},
		"it reads ahead":           {fault.FromClient(fault.Latency{Delay: 1})},
		"in pieces":                {fault.FromClient(fault.Slice{Size: 5})},
	} {
		t.Run(why, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.HandlerFunc(readsHello), Faults: plan(rules...)})
			c := dial(t, srv)
			send(t, c, "hello, world")
			wantAll(t, c, "", io.EOF)
			wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Discarded())+len(tr.FromClient()) == 12 })
			wantReceived(t, srv.Transcript(), "hello", ", world")
			send(t, c, "!")
			wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Discarded()) == 8 })
			c.Close()
			wait(t, srv, ended(1))
			wantReceived(t, srv.Transcript(), "hello", ", world!")
		})
	}
}

// A rule that ends the connection ends what is received.
func TestReceivedEndsWithARule(t *testing.T) {
	for _, tt := range []struct {
		why                 string
		rule                fault.Rule
		end                 error
		received, discarded string
	}{
		{"a FIN, and what comes then", fault.FromClient(fault.Close{}).AfterBytes(5), io.EOF, "hello", ", world!"},
		{"a reset, and nothing comes", fault.FromClient(fault.Reset{}).AfterBytes(5), errReset, "hello", ""},
	} {
		t.Run(tt.why, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Faults: plan(tt.rule)})
			c := dial(t, srv)
			send(t, c, "hello, world")
			wantAll(t, c, "", tt.end)
			io.WriteString(c, "!")
			c.Close()
			wait(t, srv, ended(1))
			wantReceived(t, srv.Transcript(), tt.received, tt.discarded)
		})
	}
}

// What a rule changes or swallows is received as it was sent.
func TestReceivedIsTheWire(t *testing.T) {
	for name, f := range map[string]fault.Fault{
		"corrupt":   fault.Corrupt{Bits: []int64{3}},
		"replace":   fault.Replace{Old: "world", New: ""},
		"blackhole": fault.Blackhole{},
		"latency":   fault.Latency{Delay: 1},
	} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Faults: plan(fault.FromClient(f))})
			c := dial(t, srv)
			send(t, c, "hello, world")
			c.Close()
			wait(t, srv, ended(1))
			wantReceived(t, srv.Transcript(), "hello, world", "")
		})
	}
}

// Connections that the test closes lose what comes after it.
func TestReceivedEndsWithCloseClientConns(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	c := dial(t, srv)
	send(t, c, "hello")
	wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.FromClient()) == 5 })
	if err := srv.CloseClientConns(transcript.ByFIN); err != nil {
		t.Fatal(err)
	}
	wantAll(t, c, "", io.EOF)
	send(t, c, ", world")
	c.Close()
	wait(t, srv, ended(1))
	wantReceived(t, srv.Transcript(), "hello", ", world")
}

// A handler that the server's own Close ends was there until then: what has arrived was
// received, whether or not the handler had come to read it, so that a test may close the
// server and then look.
func TestReceivedHasWhatCloseTakes(t *testing.T) {
	for name, rules := range map[string][]fault.Rule{
		"without rules":   nil,
		"with rules":      {fault.FromClient(fault.Slice{Size: 4})},
		"long on its way": {fault.FromClient(fault.Latency{Delay: 1 << 40})},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				srv, err := fakeserver.Listen(fakeserver.Config{Faults: plan(rules...)})
				if err != nil {
					t.Fatal(err)
				}
				c := dial(t, srv)
				send(t, c, "hello, world")
				if err := srv.Close(); err != nil {
					t.Fatal(err)
				}
				wantReceived(t, srv.Transcript(), "hello, world", "")
			}
		})
	}
}
