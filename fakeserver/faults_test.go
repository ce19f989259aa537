package fakeserver_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// ask dials and sends the request.
func ask(t testing.TB, srv *fakeserver.Server) io.Reader {
	t.Helper()
	c := dial(t, srv)
	send(t, c, "go")
	return c
}

func TestResetToClientDeliversEverythingBefore(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: says("PONG\r\n"), Faults: plan(fault.ToClient(fault.Reset{}).AfterBytes(3))})
	wantAll(t, ask(t, srv), "PON", errReset)
	wait(t, srv, ended(1))
	wantEnding(t, srv.Transcript(), 1, transcript.ByRST, transcript.ByRST)
	if got := string(srv.Transcript().ToClient()); got != "PON" {
		t.Errorf("the record has %q, want what left", got)
	}
}

// 1 MB, then RST: all of it arrives, 200 of 200 times, also where the client reads late.
func TestResetAfterAMegabyte(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100_000)
	srv := fakeserver.Start(t, fakeserver.Config{
		Handler: says(string(data) + "and more"),
		Faults:  plan(fault.ToClient(fault.Reset{}).AfterBytes(int64(len(data)))),
	})
	for n := range 200 {
		got, err := io.ReadAll(ask(t, srv))
		if !bytes.Equal(got, data) || !errors.Is(err, errReset) {
			t.Fatalf("try %d: read %d bytes, %v; want all %d and a reset", n, len(got), err, len(data))
		}
	}
}

func TestResetFromClientComesAfterExactlyItsBytes(t *testing.T) {
	handled := make(chan string, 1)
	srv := serverEnd(t, plan(fault.FromClient(fault.Reset{}).AfterBytes(5)), func(c *fakeserver.Conn) error {
		p, err := io.ReadAll(c)
		handled <- string(p)
		if !errors.Is(err, fault.ErrInjected) || !errors.Is(err, errReset) {
			t.Errorf("the handler's Read gave %v, want an injected reset", err)
		}
		return err
	})
	c := dial(t, srv)
	send(t, c, "hello, world")
	wantAll(t, c, "", errReset)
	if got := <-handled; got != "hello" {
		t.Errorf("the handler got %q, want hello", got)
	}
	wait(t, srv, ended(1))
	tr := srv.Transcript()
	if got := string(tr.FromClient()); got != "hello" {
		t.Errorf("the server read %q, want hello and no byte more", got)
	}
	if got := tr.Kind(transcript.Unread); got.Len() != 1 || !strings.Contains(got.String(), "count 7") {
		t.Errorf("7 bytes are unread, and the record says %v", got)
	}
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
}

func TestCloseToClientIsAFIN(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: says("PONG\r\n"), Faults: plan(fault.ToClient(fault.Close{}).AfterBytes(3))})
	c := dial(t, srv)
	send(t, c, "go")
	wantAll(t, c, "PON", io.EOF)
	send(t, c, "what now?")
	c.Close()
	wait(t, srv, ended(1))
	tr := srv.Transcript()
	wantEnding(t, tr, 1, transcript.ByFIN, transcript.ByFIN)
	if got, late := string(tr.FromClient()), string(tr.Discarded()); got != "go" || late != "what now?" {
		t.Errorf("the server received %q, and discarded %q", got, late)
	}
}

func TestCloseFromClientDiscardsTheRest(t *testing.T) {
	srv := serverEnd(t, plan(fault.FromClient(fault.Close{}).AfterBytes(5)), func(c *fakeserver.Conn) error {
		if err := expect(c, "hello"); err != nil {
			return err
		}
		_, err := c.Read(make([]byte, 1))
		if !errors.Is(err, fault.ErrInjected) {
			t.Errorf("the handler's Read gave %v, want an injected error", err)
		}
		if n, err := c.Write([]byte("x")); n != 0 || !errors.Is(err, fault.ErrInjected) {
			t.Errorf("the handler's Write gave %d, %v, want an injected error", n, err)
		}
		return err
	})
	c := dial(t, srv)
	send(t, c, "hello, world")
	wantAll(t, c, "", io.EOF)
	send(t, c, "!")
	c.Close()
	wait(t, srv, ended(1))
	tr := srv.Transcript()
	wantEnding(t, tr, 1, transcript.ByFIN, transcript.ByFIN)
	if got, late := string(tr.FromClient()), string(tr.Discarded()); got != "hello" || late != ", world!" {
		t.Errorf("received %q and discarded %q, want hello and the rest", got, late)
	}
}

func TestStallToClientKeepsTheData(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: says("PONG\r\n"), Faults: plan(
		fault.ToClient(fault.Stall{}).AfterBytes(2).OnConn(1),
		fault.ToClient(fault.Stall{For: 30 * time.Millisecond}).AfterBytes(2).OnConn(2),
	)})
	c := dial(t, srv)
	send(t, c, "go")
	wantRead(t, c, "PO")
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read = %d, %v; want nothing", n, err)
	}
	begin := time.Now()
	wantAll(t, ask(t, srv), "PONG\r\n", io.EOF)
	if d := time.Since(begin); d < 30*time.Millisecond {
		t.Errorf("the stalled reply took %v, want 30ms or more", d)
	}
	srv.Close()
	if got := srv.Transcript().Conn(1).Kind(transcript.Unsent); !strings.Contains(got.String(), "count 4") {
		t.Errorf("4 bytes did not leave; the record says %v", got)
	}
}

func TestStallFromClientClosesTheWindow(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{ReceiveBuffer: 4096, Faults: plan(fault.FromClient(fault.Stall{}).AfterBytes(10))})
	c := dial(t, srv)
	c.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	n, err := c.Write(make([]byte, 16<<20))
	if n < 10 || n > 8<<20 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the client wrote %d, %v; want it stuck", n, err)
	}
	if got := len(srv.Transcript().FromClient()); got != 10 {
		t.Errorf("the server read %d bytes, want 10", got)
	}
}

func TestLatencyIsPipelined(t *testing.T) {
	const delay = 50 * time.Millisecond
	for name, rule := range map[string]fault.Rule{
		"FromClient": fault.FromClient(fault.Latency{Delay: delay}),
		"ToClient":   fault.ToClient(fault.Latency{Delay: delay}),
	} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(rule)})
			c := dial(t, srv)
			begin := time.Now()
			for range 200 { // if each were slept for in turn, this would take ten seconds
				send(t, c, "x")
			}
			c.CloseWrite()
			wantAll(t, c, strings.Repeat("x", 200), io.EOF)
			if d := time.Since(begin); d < delay || d > 100*delay {
				t.Errorf("took %v, want %v and a little", d, delay)
			}
		})
	}
}

func TestWriteThenCloseUnderLatencyLosesNothing(t *testing.T) {
	t.Parallel()
	srv := serverEnd(t, plan(fault.ToClient(fault.Latency{Delay: 5 * time.Millisecond})), func(c *fakeserver.Conn) error {
		io.WriteString(c, "last words")
		return c.Close()
	})
	for range 100 {
		wantAll(t, dial(t, srv), "last words", io.EOF)
	}
}

// readSizes reads until the end and returns the size of each Read.
func readSizes(t testing.TB, c io.Reader) []int {
	t.Helper()
	var sizes []int
	p := make([]byte, 64<<10)
	for {
		n, err := c.Read(p)
		if n > 0 {
			sizes = append(sizes, n)
		}
		if err == io.EOF {
			return sizes
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func equal(a []int, b ...int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestSliceToClientGivesExactReads(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: says("PONG\r\n"), Faults: plan(fault.ToClient(fault.Slice{Sizes: []int64{1, 3}}))})
	for n := 1; n <= 200; n++ {
		if got := readSizes(t, ask(t, srv)); !equal(got, 1, 3, 2) {
			t.Fatalf("try %d: read %v, want 1, 3, 2", n, got)
		}
	}
	for _, e := range srv.Transcript().Faults() {
		if e.Text != "boundary confirmed" {
			t.Errorf("%v", e)
		}
	}
}

func TestSliceToClientOverIPv6(t *testing.T) {
	for _, addr := range []string{"[::1]:0", ":0"} {
		srv := fakeserver.Start(t, fakeserver.Config{Addr: addr, Handler: says("PONG\r\n"), Faults: plan(fault.ToClient(fault.Slice{Size: 2}))})
		for range 20 {
			if got := readSizes(t, ask(t, srv)); !equal(got, 2, 2, 2) {
				t.Fatalf("%s: read %v, want 2, 2, 2", addr, got)
			}
		}
	}
}

func TestSliceFromClientGivesTheHandlerExactReads(t *testing.T) {
	sizes := make(chan []int, 1)
	srv := serverEnd(t, plan(fault.FromClient(fault.Slice{Sizes: []int64{1, 3}})), func(c *fakeserver.Conn) error {
		sizes <- readSizes(t, c)
		return nil
	})
	for range 100 {
		c := dial(t, srv)
		send(t, c, "PING\r\n")
		c.CloseWrite()
		if got := <-sizes; !equal(got, 1, 3, 2) {
			t.Fatalf("read %v, want 1, 3, 2", got)
		}
	}
}

func TestReset0EndsBeforeTheHandlerSpeaks(t *testing.T) {
	called := make(chan error, 1)
	srv := serverEnd(t, plan(fault.ToClient(fault.Reset{})), func(c *fakeserver.Conn) error {
		_, err := io.WriteString(c, "hello")
		called <- err
		return err
	})
	c, err := dialAny(srv)
	if err == nil {
		defer c.Close()
		_, err = c.Read(make([]byte, 1))
	}
	if !errors.Is(err, errReset) {
		t.Errorf("the client got %v, want a reset", err)
	}
	wantError(t, "Write", <-called, fault.ErrInjected)
}

func TestEndingAtTheSmallestOffsetWins(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: says("PONG\r\n"), Faults: plan(
		fault.ToClient(fault.Reset{}).AfterBytes(5).NeedNotFire(),
		fault.ToClient(fault.Close{}).AfterBytes(2),
	)})
	wantAll(t, ask(t, srv), "PO", io.EOF)
}
