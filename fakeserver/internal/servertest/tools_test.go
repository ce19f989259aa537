package servertest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestToolThatIsMissingSkipsOrFails(t *testing.T) {
	for _, test := range []struct{ required, want string }{{"", "skipped"}, {"1", "failed"}} {
		t.Setenv("FAKEWIRE_REQUIRE_TOOLS", test.required)
		if got := outcome(func(t testing.TB) { Tool(t, "no-such-program") }); got != test.want {
			t.Errorf("with FAKEWIRE_REQUIRE_TOOLS=%s the test is %s, want %s", test.required, got, test.want)
		}
	}
}

func TestToolIsTheLastOfAPattern(t *testing.T) {
	dir := t.TempDir()
	for _, version := range []string{"14", "15"} {
		if err := os.MkdirAll(filepath.Join(dir, version), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, version, "tool"), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := Tool(t, filepath.Join(dir, "*", "tool")), filepath.Join(dir, "15", "tool"); got != want {
		t.Errorf("Tool gives %s, want %s", got, want)
	}
}

// outcome runs a test, and says what became of it.
func outcome(test func(testing.TB)) string {
	tb := &teller{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(tb)
	}()
	<-done
	return tb.said
}

// teller is a test that keeps what became of it.
type teller struct {
	testing.TB
	said string
}

func (t *teller) Helper()      {}
func (t *teller) Skip(...any)  { t.over("skipped") }
func (t *teller) Fatal(...any) { t.over("failed") }

func (t *teller) over(how string) {
	t.said = how
	runtime.Goexit()
}
