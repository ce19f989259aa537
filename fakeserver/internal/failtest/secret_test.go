package failtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// secretRuns are the tests that know the secret, with what each says in any case.
var secretRuns = map[string]struct {
	args []string
	says []string
}{
	"TestSecret": {[]string{"-test.run=^TestSecret$"}, []string{
		"transcript of TestSecret/cut", "transcript of TestSecret/handler", "transcript of TestSecret/panic", "did not return within",
		"transcript of TestSecret/packets", "transcript of TestSecret/both", "transcript of TestSecret/packet_conn", "transcript of TestSecret/listener",
	}},
	"TestSecretInGomega":       {[]string{"-test.run=^TestSecretInGomega$"}, []string{"the secret is there all the same: true", "wait:"}},
	"TestSecretHangs":          {[]string{"-test.run=^TestSecretHangs$"}, []string{announced, "transcript of TestSecretHangs"}},
	"TestSecretPanics":         {[]string{"-test.run=^TestSecretPanics$"}, []string{"transcript of TestSecretPanics"}},
	"TestSecretInABubble":      {[]string{"-test.run=^TestSecretInABubble$"}, []string{"transcript of TestSecretInABubble"}},
	"TestSecretInAStuckBubble": {[]string{"-test.run=^TestSecretInAStuckBubble$"}, []string{"transcript of TestSecretInAStuckBubble"}},
	"specs": {[]string{"-test.run=^TestSpecs$", "-ginkgo.focus=a secret", "-ginkgo.v"}, []string{
		"transcript of a secret at the end", "Begin Additional Progress Reports", "transcript of a secret in progress", "End Additional Progress Reports",
	}},
}

// Whatever a test that fails prints or writes, what Redact hides is not in it, nor a part of it; without it, it is.
func TestNothingShowsASecret(t *testing.T) {
	for name, one := range secretRuns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for what, text := range runSecretly(t, one.args, one.says) {
				if part := partOfSecret(text); part != "" {
					t.Errorf("%s has %q:\n%s", what, part, around(text, part))
				}
			}
			for what, text := range runSecretly(t, one.args, append(one.says, secret), "FAILTEST_SHOW_SECRET=1") {
				if !strings.Contains(text, secret) && !isOfNoConns(t, what) {
					t.Errorf("without Redact there is no secret in %s:\n%s", what, text)
				}
			}
		})
	}
}

// ends are what files have at their ends, if there was time to write them.
var ends = map[string]string{".html": "</html>", ".jsonl": `{"events":`}

// runSecretly runs tests, which say these words if they have the time, and returns what they print and what they write.
func runSecretly(t *testing.T, args, words []string, env ...string) (all map[string]string) {
	t.Helper()
	for _, limit := range []string{"2s", "8s", "20s"} {
		dir := t.TempDir()
		env := append(env, "FAKEWIRE_ARTIFACTS="+dir, "FAILTEST_NODE_TIMEOUT="+limit)
		args := append([]string{"-test.timeout=" + limit}, args...)
		if args[1] == "-test.run=^TestSpecs$" {
			args = append(args[1:], "-ginkgo.json-report="+filepath.Join(dir, "report.json"), "-ginkgo.junit-report="+filepath.Join(dir, "report.xml"))
		}
		out, failed := runWith(t, env, args...)
		if !failed {
			t.Fatalf("%v passes:\n%s", args, out)
		}
		all = filesIn(t, dir)
		all["the output"] = out
		var m []string
		for _, w := range words {
			m = append(m, missing(out, w)...)
		}
		for name, text := range all {
			m = append(m, missing(text, ends[filepath.Ext(name)])...)
		}
		switch {
		case len(m) == 0 && len(all) > 1:
			return all
		case limit == "20s":
			t.Errorf("there is no %s, and there are %d files:\n%s", strings.Join(m, ", "), len(all)-1, out)
		}
	}
	return all
}

// isOfNoConns reports whether what is one of the files of a server to which nothing came.
func isOfNoConns(t *testing.T, what string) bool {
	t.Helper()
	base := strings.TrimSuffix(strings.TrimSuffix(what, ".jsonl"), ".html")
	if base == what {
		return false
	}
	rec, err := transcript.ReadFile(base + ".jsonl")
	if err != nil {
		t.Error(err)
	}
	return rec.Transcript.Conns() == 0
}

// filesIn returns the files in a directory.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

// partOfSecret returns a part of the secret that is in a text, or "".
func partOfSecret(text string) string {
	const long = 4
	for i := 0; i+long <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+long]) {
			return secret[i : i+long]
		}
	}
	return ""
}

// around returns the lines of a text that have a part.
func around(text, part string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) && len(lines) < 10 {
			lines = append(lines, line[:min(len(line), 400)])
		}
	}
	return strings.Join(lines, "")
}
