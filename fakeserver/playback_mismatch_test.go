package fakeserver_test

import (
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Late in a conversation, too, a mismatch shows what came: also where the record has no bytes, and where the conversation is
// played for the second time.
func TestPlaybackMismatchShowsWhatCame(t *testing.T) {
	ask := func(c net.Conn, lines ...string) {
		for _, line := range lines {
			c.Write([]byte(line))
			if n, _ := c.Read(make([]byte, 100)); n == 0 {
				return
			}
		}
	}
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Lines{}})
	c := dial(t, srv)
	ask(c, "id=1 a\n", "id=2 b\n", "id=3 c\n", "id=4 d\n")
	rec := srv.Recording()
	for _, tt := range []struct {
		why    string
		limit  int64
		extra  fakeserver.PlaybackExtra
		ignore string
		lines  []string
		want   []string
	}{
		{"the record has it", 0, 0, "", []string{"id=1 a\n", "id=2 b\n", "id=3 c\n", "id=4 x\n"}, []string{"byte 26", `id=4 x\n"`}},
		{"the record has no bytes", -1, 0, "", []string{"id=1 a\n", "id=2 b\n", "id=3 c\n", "id=4 x\n"}, []string{"byte 26", `id=3 c\nid=4 x\n"`}},
		{"nor those that may differ in length", -1, 0, `id=(\d+)`, []string{"id=123 a\n", "id=2 b\n", "id=3 c\n", "id=456 x\n"}, []string{"byte 30", ` x\n"`}},
		{"nor the second time", -1, fakeserver.ExtraRepeats, "", []string{"id=1 a\n", "id=2 b\n", "id=3 c\n", "id=4 d\n", "id=1 a\n", "id=2 b\n", "id=3 c\n", "id=4 x\n"}, []string{"byte 54", `id=3 c\nid=4 x\n"`}},
		{"the second time", 0, fakeserver.ExtraRepeats, "", []string{"id=1 a\n", "id=2 b\n", "id=3 c\n", "id=4 d\n", "id=1 a\n", "id=2 b\n", "id=3 c\n", "id=4 x\n"}, []string{"byte 54", `@2  "=1 a\nid=2 b\nid=3 c\nid=4 x\n"`}},
	} {
		play := &fakeserver.Playback{Recording: rec, Extra: tt.extra}
		if tt.ignore != "" {
			play.Ignore = []transcript.Ignore{{Pattern: regexp.MustCompile(tt.ignore)}}
		}
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: play, RecordLimit: tt.limit})
		if err != nil {
			t.Fatal(err)
		}
		ask(dial(t, srv), tt.lines...)
		srv.Close()
		verify := srv.Verify()
		if verify == nil {
			t.Fatalf("%s: Verify = nil", tt.why)
		}
		_, got, _ := strings.Cut(verify.Error(), "\n    got ")
		for _, w := range tt.want {
			if !strings.Contains(verify.Error(), w) || strings.HasSuffix(w, `"`) && !strings.Contains(got, w) {
				t.Errorf("%s: Verify does not say %q: %v", tt.why, w, verify)
			}
		}
	}
}
