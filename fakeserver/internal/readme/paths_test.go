package readme

import (
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Each file and folder that the two name is there.
func TestPathsExist(t *testing.T) {
	m := newModule(t)
	for _, name := range []string{"README.md", "CONTRIBUTING.md"} {
		for _, err := range missingPaths(os.DirFS(m.root), m.read(t, name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(pathsIn(m.read(t, "CONTRIBUTING.md"))); n < 100 {
		t.Errorf("CONTRIBUTING.md names only %d paths", n)
	}
}

var (
	quotedPath = regexp.MustCompile("`([\\w*.-]*/[\\w*./-]*|[\\w*-]+\\.(?:go|md|mod|json|yml))`")
	linkedPath = regexp.MustCompile(`\]\(([^):#]+)\)`)
)

// pathsIn returns the paths that are quoted or linked to, in their order, without those of the standard library.
func pathsIn(markdown string) (all []string) {
	for line := range strings.Lines(markdown) {
		for _, m := range append(quotedPath.FindAllStringSubmatch(line, -1), linkedPath.FindAllStringSubmatch(line, -1)...) {
			if first, _, below := strings.Cut(m[1], "/"); !below || !isThere(standard, first) {
				all = append(all, m[1])
			}
		}
	}
	return all
}

var standard = os.DirFS(filepath.Join(build.Default.GOROOT, "src"))

// missingPaths returns an error for each path in markdown that is not there: below the root, or below a folder that the
// section has named before, itself or by a file in it. A star stands for any names, and NAME for one to come.
func missingPaths(root fs.FS, markdown string) (errs []error) {
	for _, text := range regexp.MustCompile(`(?m)^## `).Split(markdown, -1) {
		folders := []string{"."}
		for _, name := range pathsIn(text) {
			if strings.Contains(name, "NAME") {
				folders = append(folders, path.Dir(name))
				continue
			}
			at := slices.IndexFunc(folders, func(folder string) bool { return isThere(root, path.Join(folder, name)) })
			if at < 0 {
				errs = append(errs, fmt.Errorf("%s is not there, nor in any of %q", name, folders))
				continue
			}
			found := path.Join(folders[at], name)
			if info, err := fs.Stat(root, found); err != nil || !info.IsDir() {
				found = path.Dir(found)
			}
			folders = append(folders, found)
		}
	}
	return errs
}

func isThere(root fs.FS, name string) bool {
	found, err := fs.Glob(root, name)
	return err == nil && len(found) > 0
}

func TestMissingPaths(t *testing.T) {
	root := fstest.MapFS{"README.md": {}, "a/b/one.go": {}, "a/b/two.go": {}, "a/c/three_x.go": {}}
	for _, c := range []struct {
		Why, Text string
		Missing   int
	}{
		{"they are there", "`README.md`, `a/b/one.go`, `a/b/`, `a/b` and [three](a/c/three_x.go)", 0},
		{"the folder was named before", "`a/b/one.go`, then `two.go`", 0},
		{"the folder of a file to come was named before", "`a/b/NAME.go`, then `two.go`", 0},
		{"the folder was named in another section", "\n## One\n`a/b/one.go`\n## Two\n`two.go`", 1},
		{"no folder was named", "`two.go`", 1},
		{"there is no such file", "`a/b/one.go` and `a/b/four.go`", 1},
		{"there is no such folder", "`a/d/`", 1},
		{"a link leads nowhere", "[four](a/four.md)", 1},
		{"the pattern finds one", "`a/c/three_*.go`", 0},
		{"the pattern finds none", "`a/c/four_*.go`", 1},
		{"a link leads elsewhere", "[this](https://example.com/x.md) and [that](#there)", 0},
		{"these are no paths", "`net.Conn`, `go test ./...`, `a/b one`, `errors.Is`, `net/textproto`", 0},
	} {
		if errs := missingPaths(root, c.Text); len(errs) != c.Missing {
			t.Errorf("%s: missingPaths = %v, want %d", c.Why, errs, c.Missing)
		}
	}
}
