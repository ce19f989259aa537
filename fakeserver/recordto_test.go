package fakeserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A file is what a recording grows in.
type file struct {
	mu   sync.Mutex // guards what follows
	text bytes.Buffer
	err  error         // of the next Write
	hold chan struct{} // Write waits for it; nil: for nothing
}

func (f *file) Write(p []byte) (int, error) {
	if f.hold != nil {
		<-f.hold
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return 0, f.err
	}
	return f.text.Write(p)
}

func (f *file) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.String()
}

// awaitText waits until the file has a text.
func (f *file) awaitText(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !strings.Contains(f.String(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the file has no %q:\n%s", text, f)
		}
	}
}

// recording returns what the file has.
func (f *file) recording(t *testing.T) transcript.Recording {
	t.Helper()
	rec, err := transcript.Read(strings.NewReader(f.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, f)
	}
	return rec
}

// sayTo lets a client say something, and returns the answer.
func sayTo(t *testing.T, w fakeserver.Wire, text string) string {
	t.Helper()
	c, err := w.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c, got); err != nil {
		t.Fatal(err)
	}
	return string(got)
}

// What grows in a file is what the server's recording is in the end, event by event, with the plans where they took over.
func TestRecordToHasTheRecording(t *testing.T) {
	var f file
	srv, err := fakeserver.Listen(fakeserver.Config{
		Name: "echo", Handler: fakeserver.Echo{}, RecordTo: &f,
		Faults: fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Latency{Delay: time.Millisecond})}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sayTo(t, srv, "PING\r\n")
	f.awaitText(t, `PING\r\n`) // while the server runs
	if _, err := transcript.Read(strings.NewReader(f.String())); !errors.Is(err, transcript.ErrCutOff) {
		t.Errorf("a recording that grows is read with %v, want that it was cut off", err)
	}
	if err := srv.SetFaults(fault.Plan{}); err != nil {
		t.Fatal(err)
	}
	sayTo(t, srv, "\x00\xff")
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	got, want := f.recording(t), srv.Recording()
	if text := got.Transcript.Dump(); text != want.Transcript.Dump() {
		t.Errorf("the file has\n%s\nand the record\n%s", text, want.Transcript.Dump())
	}
	if string(got.Report) != string(want.Report) || string(got.Origin.Plan) != string(want.Origin.Plan) {
		t.Errorf("the file has the plan %s and the report %s, want %s and %s", got.Origin.Plan, got.Report, want.Origin.Plan, want.Report)
	}
	if len(got.Changes) != 1 || got.Changes[0].After != want.Changes[0].After {
		t.Errorf("the file has the changes %+v, want %+v", got.Changes, want.Changes)
	}
}

// The limit is of memory: a file has all.
func TestRecordToHasWhatTheLimitKeepsOut(t *testing.T) {
	texts := []string{"one", "two", "", "three"}
	for _, limit := range []int64{-1, 4} {
		var f, g file
		srv, packets, err := fakeserver.ListenBoth(
			fakeserver.Config{Handler: fakeserver.Echo{}, RecordLimit: limit, RecordTo: &f},
			fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, RecordLimit: limit, RecordTo: &g})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			sayTo(t, srv, text)
		}
		c, err := packets.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for _, text := range texts {
			if _, err := io.WriteString(c, text); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Read(make([]byte, 10)); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(srv.Close(), packets.Close()); err != nil {
			t.Fatal(err)
		}
		for n, text := range texts {
			conn := f.recording(t).Transcript.Conn(n + 1)
			if string(conn.FromClient()) != text || string(conn.ToClient()) != text {
				t.Errorf("limit %d: conn %d is %q and %q, want %q", limit, n+1, conn.FromClient(), conn.ToClient(), text)
			}
		}
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			var got []string
			for _, p := range g.recording(t).Transcript.Datagrams(d) {
				got = append(got, string(p))
			}
			if strings.Join(got, ",") != strings.Join(texts, ",") {
				t.Errorf("limit %d: %v is %q, want %q", limit, d, got, texts)
			}
		}
	}
}

// A stream in very many pieces is in the file as it is in the record.
func TestRecordToHasVeryManyPieces(t *testing.T) {
	const pieces = 1<<16 + 1000
	var f file
	srv, err := fakeserver.Listen(fakeserver.Config{RecordTo: &f, Handler: writePieces(pieces)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := srv.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); len(got) != pieces || err != nil {
		t.Fatalf("%d bytes came, %v; want %d", len(got), err, pieces)
	}
	c.Close()
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	if got := f.recording(t).Transcript.ToClient(); !bytes.Equal(got, srv.Transcript().ToClient()) || len(got) != pieces {
		t.Errorf("the file has %d bytes, and not those %d that were sent", len(got), pieces)
	}
}

// What is wrong with the file is in the error of Close, and does not touch the connections.
func TestRecordToSaysWhatWentWrong(t *testing.T) {
	full := errors.New("no space left")
	f := file{err: full}
	srv, err := fakeserver.Listen(fakeserver.Config{Name: "echo", Handler: fakeserver.Echo{}, RecordTo: &f})
	if err != nil {
		t.Fatal(err)
	}
	sayTo(t, srv, "PING")
	if err := srv.Close(); !errors.Is(err, full) || !strings.Contains(err.Error(), "fakeserver: echo: RecordTo: no space left") {
		t.Errorf("Close: %v, want an error that names RecordTo", err)
	}
}

// A Write that never returns slows down the connections, and Close goes on without it.
func TestRecordToIsNotWaitedForAtTheEnd(t *testing.T) {
	t.Parallel() // it waits for a second
	f := file{hold: make(chan struct{})}
	defer close(f.hold)
	srv, err := fakeserver.Listen(fakeserver.Config{RecordTo: &f, RecordLimit: -1})
	if err != nil {
		t.Fatal(err)
	}
	c, err := srv.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if n := fill(t, c); n < 1<<20 || n > 1<<30 {
		t.Errorf("%d bytes were written before the client had to wait", n)
	}
	begun := time.Now()
	if err := srv.Close(); err == nil || !strings.Contains(err.Error(), "did not return within 1s") {
		t.Errorf("Close: %v, want an error that names the Write", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("Close took %v", took)
	}
}

// What is to be hidden can't be told from what grows.
func TestRecordToHidesNothing(t *testing.T) {
	_, err := fakeserver.Listen(fakeserver.Config{RecordTo: io.Discard, Redact: transcript.RedactRange(0, transcript.FromClient, 0, 4)})
	if !errors.Is(err, fakeserver.ErrConfig) || !strings.Contains(err.Error(), "RecordTo and Redact") {
		t.Errorf("it is refused with %v", err)
	}
}

// A server for which there is no port beside it leaves nothing.
func TestRecordToHasNothingOfWhatDidNotStart(t *testing.T) {
	taken, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	var f, g file
	_, _, err = fakeserver.ListenBoth(fakeserver.Config{Addr: taken.LocalAddr().String(), RecordTo: &f}, fakeserver.PacketConfig{RecordTo: &g})
	if err == nil {
		t.Fatal("a port that was taken was taken again")
	}
	if f.String() != "" || g.String() != "" {
		t.Errorf("it left %q and %q", f.String(), g.String())
	}
}

// writePieces writes single bytes.
func writePieces(n int) fakeserver.HandlerFunc {
	return func(_ context.Context, c *fakeserver.Conn) error {
		for i := range n {
			if _, err := c.Write([]byte{byte(i)}); err != nil {
				return err
			}
		}
		return nil
	}
}

// The leg between a proxy and its upstream grows beside the other one, with the same numbers.
func TestRecordUpstreamToHasTheOtherLeg(t *testing.T) {
	up, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}})
	if err != nil {
		t.Fatal(err)
	}
	defer up.Close()
	var f, g file
	srv, err := fakeserver.Listen(fakeserver.Config{
		Handler: fakeserver.Proxy{Upstream: up.Addr()}, RecordTo: &f, RecordUpstreamTo: &g, RecordLimit: -1,
		Faults: fault.Plan{Rules: []fault.Rule{fault.FromClient(fault.Replace{Old: "I", New: "O"})}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"PING", "PIN"} {
		c, err := srv.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, text)
		c.(interface{ CloseWrite() error }).CloseWrite()
		if got, err := io.ReadAll(c); string(got) != strings.ReplaceAll(text, "I", "O") || err != nil {
			t.Errorf("the answer is %q, %v", got, err)
		}
		c.Close()
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	ours, theirs := f.recording(t), g.recording(t)
	if got := string(ours.Transcript.Conn(2).FromClient()) + " " + string(theirs.Transcript.Conn(2).FromClient()); got != "PIN PON" {
		t.Errorf("conn 2 is %q on both legs, want PIN PON", got)
	}
	if h := theirs.Transcript.Header(); h.Address != up.Addr() || !h.Start.Equal(ours.Transcript.Header().Start) {
		t.Errorf("the other leg's header is %+v", h)
	}
	if theirs.Report != nil || ours.Report == nil {
		t.Errorf("the reports are %s and %s", ours.Report, theirs.Report)
	}
}
