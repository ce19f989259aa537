package fault

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestForeverHasAWord(t *testing.T) {
	p := Plan{Rules: []Rule{ToClient(Restart{How: transcript.ByRST, For: Forever})}}
	text, err := json.Marshal(p)
	if want := `{"rules":[{"fault":{"kind":"restart","how":"rst","for":"forever"},"direction":"to-client"}]}`; err != nil || string(text) != want {
		t.Errorf("as JSON: %s, %v; want %s", text, err, want)
	}
	if got := loaded(t, string(text)); got.Rules[0].Fault != p.Rules[0].Fault {
		t.Errorf("read back: %#v", got)
	}
	if got, want := fmt.Sprintf("%#v", p.Rules[0]), "fault.ToClient(fault.Restart{How: transcript.ByRST, For: fault.Forever})"; got != want {
		t.Errorf("as Go: %s, want %s", got, want)
	}
}
