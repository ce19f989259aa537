package api

import (
	"errors"
	"flag"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write .ci/api")

const (
	root = "../../.."
	kept = root + "/.ci/api"
)

// The files are what the module exports, and no others are there. If this fails, look at what a user's code
// would have to change; from v0.1.0 on the changelog says so, and a patch release has no such change.
func TestAPIIsWhatIsWrittenDown(t *testing.T) {
	packages, err := load(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, p := range packages {
		now := describe(p)
		if now == "" {
			continue
		}
		_, name, _ := strings.Cut(p.Path(), "fakewire/fakewire/")
		file := filepath.Join(kept, filepath.FromSlash(name)+".txt")
		known[file] = true
		compare(t, file, now)
	}
	if len(known) < 5 {
		t.Errorf("%d packages", len(known))
	}
	err = filepath.WalkDir(kept, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || known[path] {
			return err
		}
		if *update {
			return os.Remove(path)
		}
		t.Errorf("%s is of no package", path)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// compare compares a file with what there is, or writes it.
func compare(t *testing.T, file, now string) {
	t.Helper()
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(now), 0o666)); err != nil {
			t.Error(err)
		}
		return
	}
	was, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	}
	gone, come := differences(string(was), now)
	for _, line := range gone {
		t.Errorf("%s: - %s", file, line)
	}
	for _, line := range come {
		t.Errorf("%s: + %s", file, line)
	}
	if len(gone)+len(come) > 0 {
		t.Error("to write it: go test ./scenarios/internal/api -update")
	} else if string(was) != now {
		t.Errorf("%s has the same lines in another order", file)
	}
}

// differences returns the lines that only one of two texts has.
func differences(was, now string) (gone, come []string) {
	before, after := strings.Split(was, "\n"), strings.Split(now, "\n")
	return slices.DeleteFunc(slices.Clone(before), func(line string) bool { return slices.Contains(after, line) }),
		slices.DeleteFunc(slices.Clone(after), func(line string) bool { return slices.Contains(before, line) })
}

func TestDescribe(t *testing.T) {
	const source = `package p

import "io"

const Answer = 42

type Kind uint8

const Only Kind = 1

var Err error

func Do(in io.Reader, more ...string) (n int, err error) { return }

type Name = string

type base struct{}

func (*base) Addr() string { return "" }
func (base) hidden() {}

type Server struct {
	*base
	io.Reader
	Port int
	mu   int
}

func (Server) String() string { return "" }
func (*Server) Close() error { return nil }

type Sealed interface {
	Do()
	seal()
}

type Number interface{ ~int | ~uint }

type Box[T Number] struct{ Value T }

func (b *Box[T]) Set(v T) {}

func Make[T Number](v T) *Box[T] { return nil }
`
	const want = `const Answer untyped int = 42
type Box[T Number] struct
field Box.Value T
method (*Box) Set(v T)
func Do(in io.Reader, more ...string) (n int, err error)
var Err error
type Kind uint8
func Make[T Number](v T) *Box[T]
type Name = string
type Number interface
Number is interface{~int | ~uint}
const Only Kind = 1
type Sealed interface
method Sealed.Do()
Sealed has unexported methods
type Server struct
field Server.Reader (embedded io.Reader)
field Server.Port int
Server has unexported fields
method (*Server) Close() error
method (Server) Addr() string
method (Server) Read(p []byte) (n int, err error)
method (Server) String() string
`
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := (&types.Config{Importer: importer.ForCompiler(files, "source", nil)}).Check("p", files, []*ast.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(p); got != want {
		t.Errorf("describe:\n%s\nwant:\n%s", got, want)
	}
}

func TestDifferences(t *testing.T) {
	gone, come := differences("a\nb\n", "b\nc\n")
	if !slices.Equal(gone, []string{"a"}) || !slices.Equal(come, []string{"c"}) {
		t.Errorf("gone %q, come %q", gone, come)
	}
}
