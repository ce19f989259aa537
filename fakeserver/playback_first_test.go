package fakeserver_test

import (
	"io"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
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

// Where the test, or a rule, ends a connection before it is clear what is played, that is no mismatch.
func TestPlaybackByFirstBytesIsCutOff(t *testing.T) {
	rec := recordOf(t, fakeserver.Answers{"GET": "a"}, asks(t, "GET\n", "a\n"))
	for why, rules := range map[string][]fault.Rule{
		"by the test": nil,
		"by a rule":   {fault.FromClient(fault.Reset{}).AfterBytes(2)},
	} {
		srv := fakeserver.Start(t, fakeserver.Config{
			Handler: &fakeserver.Playback{Recording: rec, Match: fakeserver.ByFirstBytes, Healthy: true}, Faults: plan(rules...),
		})
		c := dial(t, srv)
		send(t, c, "GE")
		wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Conn(1).FromClient()) == 2 })
		if rules == nil {
			srv.CloseClientConns(transcript.ByFIN)
		}
		io.ReadAll(c)
		c.Close()
		wait(t, srv, ended(1))
		if err := srv.Verify(); err != nil {
			t.Errorf("%s: Verify = %v", why, err)
		}
	}
}
