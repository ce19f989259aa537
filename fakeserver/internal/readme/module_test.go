package readme

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// module is a throw-away module that requires the project as a user's would, by its path, and finds it in the working tree.
type module struct {
	dir  string
	root string // the project's
	path string // the project's, to import
}

// newModule starts from the project's own go.mod and go.sum, so that the go command has nothing to look up or download.
func newModule(t *testing.T) module {
	t.Helper()
	m := module{dir: t.TempDir(), root: "."}
	listed, err := m.goCommand(t.Context(), m.root, "list", "-m", "-f", "{{.Path}}\n{{.Dir}}")
	if err != nil {
		t.Fatalf("the project's module: %v\n%s", err, listed)
	}
	m.path, m.root, _ = strings.Cut(strings.TrimSpace(listed), "\n")
	for _, name := range []string{"go.mod", "go.sum"} {
		m.write(t, name, m.read(t, name))
	}
	edited, err := m.goCommand(t.Context(), m.dir, "mod", "edit",
		"-module=readme", "-require="+m.path+"@v0.0.0", "-replace="+m.path+"="+m.root)
	if err != nil {
		t.Fatalf("go mod edit: %v\n%s", err, edited)
	}
	return m
}

// folder returns a folder of the module, whose packages are beside those of others.
func (m module) folder(name string) module {
	m.dir = filepath.Join(m.dir, name)
	return m
}

// read returns the contents of a file of the project.
func (m module) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(m.root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (m module) write(t *testing.T, name, text string) {
	t.Helper()
	name = filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// check runs what a block holds. It returns an error unless every test and example in it ran and passed, or failed as the
// block after it says.
func (m module) check(t *testing.T, b block, commands []string) error {
	t.Helper()
	switch b.lang {
	case "sh":
		return checkShell(b, append([]string{"go get " + m.path}, commands...))
	case "go":
		if b.prints != nil {
			return m.testFailing(t, b)
		}
		return m.test(t, b)
	case "json":
		return checkPlan(b)
	}
	return fmt.Errorf("README.md:%d: no test knows the language %q", b.line-1, b.lang)
}

// checkPlan wants a plan for streams.
func checkPlan(b block) error {
	plan, err := fault.ParsePlan([]byte(b.text))
	if err == nil {
		err = plan.Validate(fault.Streams)
	}
	if err == nil && len(plan.Rules) == 0 {
		err = errors.New("the plan has no rules")
	}
	if err != nil {
		return fmt.Errorf("README.md:%d: %w", b.line, err)
	}
	return nil
}

func (m module) test(t *testing.T, b block) error {
	t.Helper()
	names, err := testNames(b)
	if err != nil {
		return err
	}
	pkg := fmt.Sprintf("line%d", b.line)
	m.write(t, filepath.Join(pkg, "readme_test.go"), b.source())
	out, err := m.goCommand(t.Context(), m.dir, "test", "-v", "-count=1", "-timeout=2m", "./"+pkg)
	if err != nil {
		return fmt.Errorf("README.md:%d: go test: %w\n%s", b.line, err, out)
	}
	for _, name := range names {
		if !strings.Contains(out, "--- PASS: "+name+" (") {
			return fmt.Errorf("README.md:%d: %s compiled but did not run and pass\n%s", b.line, name, out)
		}
	}
	if strings.Contains(out, "Ran 0 of ") {
		return fmt.Errorf("README.md:%d: the suite ran no spec\n%s", b.line, out)
	}
	return nil
}

func (m module) goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "FAKEWIRE_ARTIFACTS=", "FAKEWIRE_SEED=", "CI=", "GITHUB_STEP_SUMMARY=")
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}
