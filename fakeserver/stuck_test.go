package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a handler asks for behind the end of its direction has nobody to wait for.
func TestResetAfterTheEndOfADirection(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"CloseWrite":      fault.ToClient(fault.Latency{Delay: time.Millisecond}),
		"half-close at 0": fault.ToClient(fault.HalfClose{}),
		"half-close at 3": fault.ToClient(fault.HalfClose{}).AfterBytes(3),
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan bool)
			srv := serverEnd(t, plan(rule), func(c *fakeserver.Conn) error {
				c.Write([]byte("abc"))
				c.CloseWrite()
				<-ended
				return c.Reset()
			})
			c := dial(t, srv)
			wantAll(t, c, map[bool]string{true: "", false: "abc"}[name == "half-close at 0"], io.EOF)
			close(ended)
			wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conn(1).Kind(transcript.Close).Len() > 0 })
			if got := srv.Transcript().Conn(1).Kind(transcript.RST).Len(); got != 1 {
				t.Errorf("there are %d resets, want 1:\n%v", got, srv.Transcript())
			}
		})
	}
}

// A rule acts when its time has come though the handler reads nothing and what the
// server reads ahead of it has filled its queue.
func TestQueueThatIsFullLetsAClockRuleAct(t *testing.T) {
	for _, f := range []fault.Fault{fault.Reset{}, fault.Close{}} {
		srv := fakeserver.Start(t, fakeserver.Config{
			Faults: plan(fault.FromClient(f).AfterTime(50 * time.Millisecond)),
			Handler: fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
				<-ctx.Done()
				return nil
			}),
		})
		c := dial(t, srv)
		go c.Write(make([]byte, 16<<20))
		wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Faults()) > 0 })
	}
}

// A client's reset that a write heard of first reaches the reader, too, behind what had
// come.
func TestResetReachesAReaderWhoseQueueWasFull(t *testing.T) {
	gone, got := make(chan bool), make(chan error, 1)
	srv := serverEnd(t, plan(fault.FromClient(fault.Slice{Size: 1 << 20}).NeedNotFire()), func(c *fakeserver.Conn) error {
		<-gone
		for {
			if _, err := c.Write([]byte("x")); err != nil {
				break
			}
		}
		c.SetReadDeadline(time.Now().Add(patience))
		_, err := io.Copy(io.Discard, struct{ io.Reader }{c})
		got <- err
		return err
	})
	c := dial(t, srv)
	c.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	c.Write(make([]byte, 16<<20)) // until everything is full
	c.SetLinger(0)
	c.Close()
	close(gone)
	if err := <-got; !errors.Is(err, errReset) {
		t.Errorf("the handler's reading ended with %v, want a reset\n%v", err, srv.Transcript())
	}
}

// A rule that waits for a text does not shred what the handler writes meanwhile.
func TestMatchDoesNotShredAWrite(t *testing.T) {
	srv := serverEnd(t, plan(fault.ToClient(fault.Close{}).AfterMatch("\r\n.\r\n").NeedNotFire()), func(c *fakeserver.Conn) error {
		_, err := c.Write(make([]byte, 1<<20))
		return err
	})
	wantAll(t, dial(t, srv), string(make([]byte, 1<<20)), io.EOF)
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conn(1).Kind(transcript.FIN).Len() > 0 })
	if got := srv.Transcript().Conn(1).Kind(transcript.Data).Len(); got > 16 {
		t.Errorf("a write of 1 MiB became %d, want a few", got)
	}
}
