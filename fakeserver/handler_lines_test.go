package fakeserver_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

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
			if got := string(tr.Canonical()[0].Data); got != tt.send {
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
