package artifact_test

import (
	"runtime"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/artifact"
)

func TestShowCommandCanBePasted(t *testing.T) {
	for path, want := range map[string]string{
		"/tmp/TestPing.jsonl":  "/tmp/TestPing.jsonl",
		"/my dir/it's a.jsonl": `'/my dir/it'\''s a.jsonl'`,
		"/日本/x.jsonl":          "/日本/x.jsonl",
		"/tmp/$(rm -rf).jsonl": "'/tmp/$(rm -rf).jsonl'",
	} {
		if got := artifact.ShowCommand(path); got != "go run github.com/fakewire/fakewire/fakeserver/cmd/fakeserver show "+want {
			t.Errorf("of %s it is %s", path, got)
		}
	}
}

// A module that tests with fakewire has in its go.sum what its tests import, and so not what the command does.
func TestTheCommandRunsWhereTheTestDoes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of Unix")
	}
	const (
		source  = "/fakeserver/internal/artifact/command.go"
		command = "github.com/fakewire/fakewire/fakeserver/cmd/fakeserver"
	)
	for what, c := range map[string]struct{ main, source, want string }{
		"in its own module":             {"github.com/fakewire/fakewire", "/src/fakewire" + source, "go run " + command},
		"of a version":                  {"example.com/app", "/go/pkg/mod/github.com/fakewire/fakewire@v1.2.3" + source, "go run " + command + "@v1.2.3"},
		"of a version with a capital":   {"example.com/app", "/go/pkg/mod/github.com/fakewire/fakewire@v1.2.3-!r!c.1" + source, "go run " + command + "@v1.2.3-RC.1"},
		"of a version, with -trimpath":  {"example.com/app", "github.com/fakewire/fakewire@v1.2.3" + source, "go run " + command + "@v1.2.3"},
		"of a directory":                {"example.com/app", "/src/fakewire" + source, "go run -C /src/fakewire ./fakeserver/cmd/fakeserver"},
		"of a directory with a space":   {"example.com/app", "/my src/fakewire" + source, "go run -C '/my src/fakewire' ./fakeserver/cmd/fakeserver"},
		"of a fork":                     {"example.com/app", "/go/pkg/mod/example.com/fork@v1.2.3" + source, "go run -C /go/pkg/mod/example.com/fork@v1.2.3 ./fakeserver/cmd/fakeserver"},
		"of a directory with -trimpath": {"example.com/app", "github.com/fakewire/fakewire" + source, "go run " + command + "@latest"},
		"of a vendor directory":         {"example.com/app", "/app/vendor/github.com/fakewire/fakewire" + source, "go run " + command + "@latest"},
		"where nothing is known":        {"", "", "go run " + command + "@latest"},
	} {
		if got := artifact.RunFrom(c.main, c.source); got != c.want {
			t.Errorf("%s it is %s, want %s", what, got, c.want)
		}
	}
}
