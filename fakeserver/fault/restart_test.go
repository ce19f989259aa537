package fault

import (
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestRestartEndsTheStream(t *testing.T) {
	wantSteps(t, "abcdef", "abc restart@3", ToClient(Restart{}).AfterBytes(3))
	wantSteps(t, "abcdef", "abc down@3+1s restart@3", ToClient(Restart{}).AfterBytes(3), ToClient(Down{For: time.Second}).AfterBytes(3))
}

func TestRestartRefusesNonsense(t *testing.T) {
	for _, m := range []Medium{Streams, Datagrams} {
		wantInvalid(t, m, ToClient(Restart{For: -1}), "For is -1ns")
		wantInvalid(t, m, ToClient(Restart{How: transcript.ByClose}), "How is close, want ByFIN or ByRST")
	}
	wantInvalid(t, Streams, OnAccept(Restart{}), "not for restart: ToClient acts when the handler starts")
	wantInvalid(t, Datagrams, ToClient(Restart{How: transcript.ByRST}), "How is for streams")
}
