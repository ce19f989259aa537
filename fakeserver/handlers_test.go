package fakeserver_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// buffer is a writer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) logf(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestDiscardCopiesWhatArrives(t *testing.T) {
	var to buffer
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Discard{To: &to}})
	c := dial(t, srv)
	send(t, c, "hello")
	c.Close()
	wait(t, srv, ended(1))
	if to.String() != "hello" || string(srv.Transcript().FromClient()) != "hello" {
		t.Errorf("To got %q", to.String())
	}
}

func TestReplyReadsOnceAnswersOnceAndCloses(t *testing.T) {
	var log buffer
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "Hello from TCP server\n", Logf: log.logf}})
	c := dial(t, srv)
	send(t, c, "Hello from TCP client")
	wantAll(t, c, "Hello from TCP server\n", io.EOF)
	if want := fmt.Sprintf("%v: Hello from TCP client\n", c.LocalAddr()); log.String() != want {
		t.Errorf("logged %q, want %q", log.String(), want)
	}
	silent := dial(t, srv)
	silent.CloseWrite()
	wantAll(t, silent, "", io.EOF)
}

func TestReplyReadsAtMostMax(t *testing.T) {
	for max, want := range map[int]int{0: 1024, 10: 10} {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "ok", Max: max}})
		c := dial(t, srv)
		send(t, c, strings.Repeat("x", 5000))
		wantAll(t, c, "ok", io.EOF)
		c.Close()
		wait(t, srv, ended(1))
		if got := len(srv.Transcript().Kind(transcript.Data).FromClient()); got != want {
			t.Errorf("Max %d: read %d bytes, want %d", max, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 1024)
	for _, tt := range []struct {
		why, send, want string
		lines           fakeserver.Lines
	}{
		{"lines are upper-cased", "one\ntwo\n", "ONE\nTWO\n", fakeserver.Lines{}},
		{"the end of the line is kept", "one\r\ntwo\n", "ONE\r\nTWO\n", fakeserver.Lines{}},
		{"the last line may have no end", "one\ntwo", "ONE\nTWO\n", fakeserver.Lines{}},
		{"an empty line is a line", "\n\r\n", "\n\r\n", fakeserver.Lines{}},
		{"nothing is no line", "", "", fakeserver.Lines{}},
		{"the answer is the handler's", "a\nb\n", "<a>\n<b>\n", fakeserver.Lines{Answer: func(s string) string { return "<" + s + ">" }}},
		{"1024 bytes are a line", long + "\n" + long + "\r\n" + long, strings.ToUpper(long + "\n" + long + "\r\n" + long + "\n"), fakeserver.Lines{}},
		{"the limit is renewed at each line", "12345\n12345\n", "12345\n12345\n", fakeserver.Lines{MaxBytes: 5}},
		{"too long a line ends it", "12345\n123456\n1\n", "12345\n", fakeserver.Lines{MaxBytes: 5}},
		{"too long a line without an end ends it", "123456", "", fakeserver.Lines{MaxBytes: 5}},
		{"much too long a line ends it", strings.Repeat("x", 100_000), "", fakeserver.Lines{}},
		{"it may be said", "123456\n", "500 line too long\r\n", fakeserver.Lines{MaxBytes: 5, TooLong: "500 line too long\r\n"}},
	} {
		t.Run(tt.why, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: tt.lines})
			c := dial(t, srv)
			go func() {
				io.WriteString(c, tt.send)
				c.CloseWrite()
			}()
			wantAll(t, c, tt.want, io.EOF)
			wait(t, srv, ended(1))
			tr := srv.Transcript()
			wantEnding(t, tr, 1, transcript.ByFIN, transcript.ByFIN)
			if got := string(tr.FromClient()); got != tt.send {
				t.Errorf("the record has %s, want all", brief([]byte(got)))
			}
			tooLong := strings.Contains(tt.why, "too long") || strings.Contains(tt.why, "said")
			if got := strings.Contains(tr.Kind(transcript.Error).String(), "line too long: over"); got != tooLong {
				t.Errorf("the record says of a long line: %v, want %v", got, tooLong)
			}
		})
	}
}

func TestLinesAllowsSomeIdleness(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Lines{IdleTimeout: 50 * time.Millisecond}})
	c := dial(t, srv)
	begin := time.Now()
	send(t, c, "hi\n")
	wantAll(t, c, "HI\n", io.EOF)
	if d := time.Since(begin); d < 50*time.Millisecond {
		t.Errorf("ended after %v, want 50ms of idleness", d)
	}
	c.Close()
	wait(t, srv, ended(1))
	if got := srv.Transcript().Kind(transcript.Error).String(); !strings.Contains(got, "line 2: idle for 50ms") {
		t.Errorf("the record does not say why:\n%s", got)
	}
}

func TestSequence(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Sequence{
		fakeserver.Reply{Data: "first"}, fakeserver.Reply{Data: "second"}}})
	for _, want := range []string{"first", "second", "second"} {
		c := dial(t, srv)
		send(t, c, "?")
		wantAll(t, c, want, io.EOF)
	}
}

func TestPacketHandlers(t *testing.T) {
	var log buffer
	for _, tt := range []struct {
		why     string
		handler fakeserver.PacketHandler
		send    string
		want    string
	}{
		{"reply answers and logs", fakeserver.PacketReply{Data: "Hello from UDP server", Logf: log.logf}, "Hello from UDP client", "Hello from UDP server"},
		{"lines are upper-cased", fakeserver.PacketLines{}, "one\r\ntwo", "ONE\r\nTWO"},
		{"the answer is the handler's", fakeserver.PacketLines{Answer: func(s string) string { return s + s }}, "ab\n", "abab\n"},
		{"too long a line gets none", fakeserver.PacketLines{MaxBytes: 3}, "1234", ""},
	} {
		t.Run(tt.why, func(t *testing.T) {
			srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: tt.handler})
			c := dialUDP(t, srv)
			send(t, c, tt.send)
			if tt.want != "" {
				wantRead(t, c, tt.want)
				return
			}
			wait(t, srv, func(tr transcript.Transcript) bool {
				return strings.Contains(tr.String(), "line too long: over 3")
			})
		})
	}
	if !strings.HasPrefix(log.String(), "127.0.0.1:") || !strings.HasSuffix(log.String(), ": Hello from UDP client\n") {
		t.Errorf("logged %q", log.String())
	}
}

func TestPacketDiscardCopiesWhatArrives(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketDiscard{To: w}})
	send(t, dialUDP(t, srv), "hello")
	wantRead(t, r, "hello")
}
