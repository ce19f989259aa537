package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Each way to end a connection that waits ends it at once. It is not handed out any more.
func TestFailAcceptEndsWithTheConnection(t *testing.T) {
	for name, tt := range map[string]struct {
		do  func(booth) error
		end error // of the client's stream
	}{
		"by FIN":     {func(b booth) error { return b.CloseClientConns(transcript.ByFIN) }, io.EOF},
		"by RST":     {func(b booth) error { return b.CloseClientConns(transcript.ByRST) }, errReset},
		"by Restart": {func(b booth) error { return b.Restart(transcript.ByFIN, 0) }, io.EOF},
		"by Close":   {func(b booth) error { return b.Close() }, errReset},
		"by Stop":    {func(b booth) error { return b.Stop() }, nil},
	} {
		for after := range 2 {
			t.Run(fmt.Sprintf("%s after %d failures", name, after), func(t *testing.T) {
				inBooth(t, []fault.Rule{emfile.Times(2).OnConn(1)}, func(b booth) {
					c := b.dial("hello")
					if err := b.Wait(context.Background(), func(tr transcript.Transcript) bool { return tr.Conns() == 1 }); err != nil {
						t.Fatal(err)
					}
					for range after {
						b.wantFailure(syscall.EMFILE)
					}
					wantSoon(t, name, func() error { return tt.do(b) })
					if tt.end != nil {
						wantAll(t, c, "", tt.end)
					}
					c.Close()
					if err := b.Wait(context.Background(), ended(1)); err != nil && !errors.Is(err, net.ErrClosed) {
						t.Error(err)
					}
					if n := b.fired(0); n != int64(after) {
						t.Errorf("the rule has fired %d times, want %d", n, after)
					}
					if c, err := b.net.DialContext(context.Background(), "tcp", b.Address()); err == nil {
						io.WriteString(c, "next")
						b.wantConn(2, "next")
						c.Close()
					}
				})
			})
		}
	}
}

// A rule that is taken out of the plan fails no Accept any more, and one that comes does so only
// for later connections.
func TestFailAcceptEndsWithItsRule(t *testing.T) {
	for name, then := range map[string][]fault.Rule{
		"gone":        nil,
		"another":     {fault.OnAccept(fault.FailAccept{Errno: syscall.ENOMEM}).Times(1000).NeedNotFire()},
		"for another": {emfile.Times(1000).OnConn(9).NeedNotFire()},
	} {
		t.Run(name, func(t *testing.T) {
			inBooth(t, []fault.Rule{emfile.Times(1000)}, func(b booth) {
				defer b.dial("hello").Close()
				b.wantFailure(syscall.EMFILE)
				b.wantFailure(syscall.EMFILE)
				wantNil(t, "SetFaults", b.SetFaults(plan(then...)))
				b.wantConn(1, "hello")
			})
		})
	}
	inBooth(t, []fault.Rule{emfile.Times(3)}, func(b booth) {
		defer b.dial("hello").Close()
		b.wantFailure(syscall.EMFILE)
		wantNil(t, "SetFaults", b.SetFaults(plan(emfile.Times(3), fault.ToClient(fault.Latency{Delay: 1}).NeedNotFire())))
		b.wantFailure(syscall.EMFILE) // the rule is in both plans
		b.wantFailure(syscall.EMFILE)
		b.wantConn(1, "hello")
	})
}

// What has returned before an Accept is called counts for it, however soon after the failure before
// that it comes.
func TestFailAcceptEndsAtOnce(t *testing.T) {
	for range 2000 {
		inBooth(t, []fault.Rule{emfile.Times(1000).OnConn(1)}, func(b booth) {
			defer b.dial("one").Close()
			defer b.dial("two").Close()
			b.wantFailure(syscall.EMFILE)
			wantNil(t, "SetFaults", b.SetFaults(plan()))
			b.wantConn(1, "one")
			b.wantConn(2, "two")
		})
		if t.Failed() {
			return
		}
	}
}
