package fakeserver_test

import (
	"io"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

// Whether the handler or Close has first what a client said just before is chance: a beginning is judged all the same.
func TestPlaybackByFirstBytesJudgesWhatHadComeAtClose(t *testing.T) {
	rec := recordOf(t, fakeserver.Answers{"GET": "a", "PUT": "c"}, asks(t, "GET\n", "a\n"), asks(t, "PUT\n", "c\n"))
	for said, want := range map[string]string{
		"GET\n": "", "PUT\n": "",
		"PU":    `message 1 of 1: byte 2: want "T\n", got nothing: the server was closed`,
		"":      `byte 0: want "GET\n", got nothing: the server was closed`,
		"PAT\n": `message 1 of 1: byte 1: want "UT\n", got "AT\n"`,
	} {
		for range 50 {
			srv, err := fakeserver.Listen(fakeserver.Config{Handler: &fakeserver.Playback{Recording: rec, Match: fakeserver.ByFirstBytes}})
			if err != nil {
				t.Fatal(err)
			}
			c := dial(t, srv)
			io.WriteString(c, said)
			srv.Close()
			c.Close()
			if err := srv.Verify(); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Fatalf("of a client that says %q, Verify = %v, want %q\n%v", said, err, want, srv.Transcript())
			}
		}
	}
}
