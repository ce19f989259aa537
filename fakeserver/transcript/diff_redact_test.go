package transcript_test

import (
	"strings"
	"testing"

	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// A difference shows nothing that is to be hidden, and secrets that differ from run to run are none.
func TestDiffHidesSecrets(t *testing.T) {
	a, b := streamOf(FromClient, "token="+secret+"\na"), streamOf(FromClient, "token="+strings.ToUpper(secret)+"\nb")
	if text := Diff(a.WithRedactor(tokenIn), b.WithRedactor(tokenIn)); text == "" || strings.Contains(text, secret) {
		t.Errorf("the difference is %q", text)
	}
	c := streamOf(FromClient, "token="+strings.ToUpper(secret)+"\na")
	if text := Diff(a.WithRedactor(tokenIn), c.WithRedactor(tokenIn)); text != "" {
		t.Errorf("what is hidden differs: %s", text)
	}
	if text := Diff(a, c); !strings.Contains(text, secret) {
		t.Errorf("without a Redactor the difference is %q", text)
	}
}
