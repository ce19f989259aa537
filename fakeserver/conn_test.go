package fakeserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// serverEnd returns a server whose handler runs f.
func serverEnd(t *testing.T, p fault.Plan, f func(c *fakeserver.Conn) error) *fakeserver.Server {
	t.Helper()
	return fakeserver.Start(t, fakeserver.Config{Faults: p, Handler: fakeserver.HandlerFunc(
		func(ctx context.Context, c *fakeserver.Conn) error { return f(c) })})
}

func TestRecordHasWhatAClientHasRead(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	for n := 1; n <= 200; n++ {
		c := dial(t, srv)
		send(t, c, "ping")
		wantRead(t, c, "ping")
		if got := string(srv.Transcript().Conn(n).ToClient()); got != "ping" {
			t.Fatalf("conn %d: the client has its answer, the record %q", n, got)
		}
		c.Close()
	}
}

func TestWriteThatIsShortReturnsItsTrueLength(t *testing.T) {
	type result struct {
		n   int
		err error
	}
	results, conns := make(chan result, 1), make(chan *fakeserver.Conn, 1)
	const size = 64 << 20 // more than fits into the socket buffers
	srv := serverEnd(t, fault.Plan{}, func(c *fakeserver.Conn) error {
		conns <- c
		n, err := c.Write(make([]byte, size))
		results <- result{n, err}
		return nil
	})
	c := dial(t, srv)
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Data).Len() > 1 }) // some has left
	(<-conns).SetWriteDeadline(time.Now())
	r := <-results
	if r.n <= 0 || r.n >= size || !errors.Is(r.err, os.ErrDeadlineExceeded) {
		t.Fatalf("Write = %d, %v; want some of it and a timeout", r.n, r.err)
	}
	if n, err := io.Copy(io.Discard, c); n != int64(r.n) || err != nil {
		t.Errorf("the client read %d, %v; want %d", n, err, r.n)
	}
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Ending(transcript.ToClient) == transcript.ByFIN })
	if n := len(srv.Transcript().ToClient()); n != r.n {
		t.Errorf("the record has %d bytes, Write returned %d", n, r.n)
	}
}

func TestHalfClose(t *testing.T) {
	srv := serverEnd(t, fault.Plan{}, func(c *fakeserver.Conn) error {
		io.WriteString(c, "bye")
		if err := c.CloseWrite(); err != nil {
			return err
		}
		return expect(c, "still here")
	})
	c := dial(t, srv)
	wantAll(t, c, "bye", io.EOF)
	send(t, c, "still here")
	c.Close()
	wait(t, srv, ended(1))
	wantEnding(t, srv.Transcript(), 1, transcript.ByFIN, transcript.ByFIN)
}

func TestUseAfterClose(t *testing.T) {
	errs := make(chan error, 10)
	srv := serverEnd(t, fault.Plan{}, func(c *fakeserver.Conn) error {
		if err := c.Close(); err != nil {
			return err
		}
		_, rerr := c.Read(make([]byte, 1))
		_, werr := c.Write([]byte("x"))
		for _, err := range []error{rerr, werr, c.Close(), c.SetDeadline(time.Now()), c.Reset()} {
			errs <- err
		}
		return nil
	})
	wantAll(t, dial(t, srv), "", io.EOF)
	for range 5 {
		wantError(t, "use after Close", <-errs, net.ErrClosed)
	}
}

func TestEchoOfMuchData(t *testing.T) {
	for name, p := range map[string]fault.Plan{
		"direct": {},
		"queued": plan(fault.ToClient(fault.Latency{Delay: time.Millisecond}), fault.FromClient(fault.Latency{Delay: time.Millisecond})),
	} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: p})
			c := dial(t, srv)
			want := bytes.Repeat([]byte("0123456789abcdef"), 1<<17) // 2 MiB
			go func() {
				c.Write(want)
				c.CloseWrite()
			}()
			wantAll(t, c, string(want), io.EOF)
			wait(t, srv, ended(1))
			tr := srv.Transcript()
			if !bytes.Equal(tr.FromClient(), want) || !bytes.Equal(tr.ToClient(), want) {
				t.Error("the record is not what went over the wire")
			}
			wantEnding(t, tr, 1, transcript.ByFIN, transcript.ByFIN)
		})
	}
}

func TestRecordLimit(t *testing.T) {
	for name, p := range map[string]fault.Plan{"direct": {}, "queued": plan(fault.FromClient(fault.Latency{Delay: 1}), fault.ToClient(fault.Latency{Delay: 1}))} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: p, RecordLimit: 1000})
			c := dial(t, srv)
			want := bytes.Repeat([]byte("0123456789"), 10_000)
			go func() {
				c.Write(want)
				c.CloseWrite()
			}()
			wantAll(t, c, string(want), io.EOF)
			srv.Close()
			tr := srv.Transcript()
			kept := len(tr.FromClient()) + len(tr.ToClient())
			sum := int64(kept) + tr.Omitted(transcript.FromClient) + tr.Omitted(transcript.ToClient)
			if kept != 1000 || sum != int64(2*len(want)) {
				t.Errorf("kept %d, and %d with what was counted; want 1000 and %d", kept, sum, 2*len(want))
			}
		})
	}
}
