package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	fakewire = "github.com/fakewire/fakewire"
	gopacket = "github.com/gopacket/gopacket"
	cobra    = "github.com/spf13/cobra" // of the command, which nobody imports
)

// mayMove are the modules whose versions a service may have to raise if it imports fakeserver. Today there
// is none: what go.mod requires is older than what a service of a year and a half ago has.
var mayMove = []string{}

// A service that adds one import of fakeserver to its tests keeps the version of each module that it has, those
// that it ships with and those that it tests with; and so does one that runs its client as a subject, attaches a suite, or
// writes captures. Only the last needs what makes packets.
func TestServiceKeepsItsVersions(t *testing.T) {
	for imported, want := range map[string][]string{
		"fakeserver": {fakewire}, "subject": {fakewire}, "scenarios": {fakewire}, "pcapng": {fakewire, gopacket},
	} {
		t.Run(imported, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			before, required := s.versions(t), s.required(t)

			s.addImport(t, imported+"_test.go")
			after := s.versions(t)
			delete(after, fakewire)
			for _, path := range moved(before, after, mayMove) {
				t.Errorf("%s: %s before, %q after", path, before[path], after[path])
			}
			if added := slices.DeleteFunc(s.required(t), func(path string) bool { return slices.Contains(required, path) }); !slices.Equal(slices.Sorted(slices.Values(added)), want) {
				t.Errorf("go.mod requires %q beside what it did, want %q", added, want)
			}
			deps := s.run(t, "go", "list", "-deps", "-test", "./...")
			if strings.Contains(deps, gopacket) != slices.Contains(want, gopacket) {
				t.Errorf("its tests depend on packages of %s: %v, want %v", gopacket, strings.Contains(deps, gopacket), slices.Contains(want, gopacket))
			}
			if strings.Contains(deps, cobra) {
				t.Errorf("its tests depend on packages of %s", cobra)
			}
			s.run(t, "go", "test", "./client") // it is built with those versions, too
		})
	}
}

// moved returns the modules that have another version after than before, or none, but for those that may.
func moved(before, after map[string]string, may []string) []string {
	var paths []string
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if after[path] != before[path] && !slices.Contains(may, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

func TestMovedNamesWhatMoved(t *testing.T) {
	before := map[string]string{"a": "v1.0.0", "b": "v1.0.0", "c": "v1.0.0", "d": "v1.0.0"}
	after := map[string]string{"a": "v1.0.0", "b": "v1.0.1", "c": "v1.1.0", "e": "v1.0.0"}
	if got := moved(before, after, []string{"c"}); !slices.Equal(got, []string{"b", "d"}) {
		t.Errorf("moved = %q, want b, which is newer, and d, which is not there", got)
	}
}

// service is a copy of testdata/service.
type service struct{ dir string }

func newService(t *testing.T) service {
	t.Helper()
	s := service{t.TempDir()}
	if err := os.CopyFS(s.dir, os.DirFS("testdata/service")); err != nil {
		t.Fatal(err)
	}
	if out, err := s.command(t, "go", "mod", "tidy", "-diff").CombinedOutput(); err != nil {
		if os.Getenv("FAKEWIRE_REQUIRE_TOOLS") != "" {
			t.Fatalf("the service's modules: %v\n%s", err, out)
		}
		t.Skipf("the service's modules are not to be had here: %v\n%s", err, out)
	}
	return s
}

// addImport adds a test that imports a package of ours, and tidies.
func (s service) addImport(t *testing.T, file string) {
	t.Helper()
	test, err := os.ReadFile(filepath.Join("testdata/imports", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "client", file), test, 0o666); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(filepath.Join(root, "go.mod")); err != nil { // what it says is what the result depends on, for go test's cache
		t.Fatal(err)
	}
	s.run(t, "go", "mod", "edit", "-require="+fakewire+"@v0.0.0", "-replace="+fakewire+"="+root)
	s.run(t, "go", "mod", "tidy")
}

// versions returns the version of each module in the service's graph.
func (s service) versions(t *testing.T) map[string]string {
	t.Helper()
	versions := map[string]string{}
	for line := range strings.Lines(s.run(t, "go", "list", "-m", "-f", "{{if not .Main}}{{.Path}} {{.Version}}{{end}}", "all")) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		versions[path] = version
	}
	delete(versions, "")
	if len(versions) < 10 {
		t.Fatalf("the service needs %d modules, want those of grpc at least", len(versions))
	}
	return versions
}

// required returns the paths that the service's go.mod requires.
func (s service) required(t *testing.T) []string {
	t.Helper()
	var file struct{ Require []struct{ Path string } }
	if err := json.Unmarshal([]byte(s.run(t, "go", "mod", "edit", "-json")), &file); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, r := range file.Require {
		paths = append(paths, r.Path)
	}
	return paths
}

// run runs a command in the service's directory and returns what it prints.
func (s service) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := s.command(t, name, args...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(append([]string{name}, args...), " "), err, out, problems.Bytes())
	}
	return string(out)
}

// command is one that knows nothing of how this test is run, such as by -modfile.
func (s service) command(t *testing.T, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off", fmt.Sprint("PWD=", s.dir))
	return cmd
}
