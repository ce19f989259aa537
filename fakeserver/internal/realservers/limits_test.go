//go:build linux

package realservers

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// strictly returns what a playback says when nothing of what the client says may differ.
func (c conversation) strictly(t *testing.T, rec transcript.Recording) error {
	t.Helper()
	c.ignore, c.vary, c.carry = nil, nil, nil
	srv := c.listen(t, c.playback(rec))
	c.talkUntil(t, srv, srv.Address(), func(tr transcript.Transcript) bool { return failed(tr) || c.over(tr) })
	srv.Stop()
	return srv.Verify()
}

// What is ignored, varies and is carried in the conversations has to be: the clients do say it anew.
func TestConversationsDifferInWhatIsIgnoredAndCarried(t *testing.T) {
	for _, c := range conversations {
		if c.ignore == nil && c.vary == nil && c.carry == nil {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, rec := c.record(t)
			for began := time.Now(); time.Since(began) < servertest.Patience; { // the time may still be the same, and so may an id, once in 65,536
				var mismatch *fakeserver.MismatchError
				if err := c.strictly(t, rec); errors.As(err, &mismatch) {
					return
				} else if err != nil {
					t.Fatal(err)
				}
			}
			t.Error("the client says the same each time")
		})
	}
}

// A client that answers a challenge can't be played back to. The playback says where it began to say something else.
func TestChallengeCannotBePlayedBack(t *testing.T) {
	c := conversation{
		name: "psql with a password", network: "tcp", client: psql("-c", "SELECT 1"), want: []string{"1\n"},
		server: func(t *testing.T) upstream { return postgresBy(t, "scram-sha-256") },
	}
	_, rec := c.record(t)
	var mismatch *fakeserver.MismatchError
	if err := c.strictly(t, rec); !errors.As(err, &mismatch) {
		t.Fatalf("the playback says %v, want a mismatch in the client's nonce", err)
	}
	// The nonce is in the first message of SCRAM (RFC 5802, section 7): "n,,n=,r=" and what is random.
	if before := string(rec.Transcript.FromClient()[:mismatch.Offset]); !strings.Contains(before, "SCRAM-SHA-256\x00") || !strings.Contains(before, "n,,n=,r=") {
		t.Errorf("the mismatch comes after %q, want it in the client's nonce", before)
	}
}
