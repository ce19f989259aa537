package failtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	"TestSecretHangs":          {[]string{"-test.run=^TestSecretHangs$", "-test.timeout=4s"}, []string{announced, "transcript of TestSecretHangs"}},
	"TestSecretPanics":         {[]string{"-test.run=^TestSecretPanics$"}, []string{"transcript of TestSecretPanics"}},
	"TestSecretInABubble":      {[]string{"-test.run=^TestSecretInABubble$"}, []string{"transcript of TestSecretInABubble"}},
	"TestSecretInAStuckBubble": {[]string{"-test.run=^TestSecretInAStuckBubble$"}, []string{"transcript of TestSecretInAStuckBubble"}},
	"a spec":                   {[]string{"-test.run=^TestSpecs$", "-ginkgo.focus=a secret", "-ginkgo.json-report=report.json", "-ginkgo.junit-report=report.xml", "-ginkgo.v"}, []string{"transcript of a secret at the end"}},
}

// Whatever a test that fails prints or writes, what Redact hides is not in it, nor a part of it; without it, it is.
func TestNothingShowsASecret(t *testing.T) {
	for name, one := range secretRuns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, written := runSecretly(t, one.args)
			for _, w := range one.says {
				want(t, out, w)
			}
			for what, text := range written {
				if part := partOfSecret(text); part != "" {
					t.Errorf("%s has %q:\n%s", what, part, around(text, part))
				}
			}
			out, _ = runSecretly(t, one.args, "FAILTEST_SHOW_SECRET=1")
			want(t, out, secret)
		})
	}
}

// runSecretly runs tests, and returns what they print, and that with all that they write.
func runSecretly(t *testing.T, args []string, env ...string) (out string, all map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for i, a := range args {
		args = append(args[:i:i], append([]string{strings.Replace(a, "=report.", "="+dir+"/report.", 1)}, args[i+1:]...)...)
	}
	out, failed := runWith(t, append(env, "FAKEWIRE_ARTIFACTS="+dir, "FAILTEST_NODE_TIMEOUT=2s"), args...)
	if !failed {
		t.Fatalf("%v passes:\n%s", args, out)
	}
	all = map[string]string{"the output": out}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) == 0 {
		t.Errorf("%d files were written, %v:\n%s", len(names), err, out)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return out, all
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
