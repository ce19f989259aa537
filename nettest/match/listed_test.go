package match_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/fakewire/fakewire/nettest/match"
)

// exportedFuncs returns the names of the package's exported functions.
func exportedFuncs(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() {
				names = append(names, fn.Name.Name)
			}
		}
	}
	return names
}

// A matcher that is not in doc.go's guide is not found, and one without an example is not
// understood. Failures name only those that are in the list of error matchers.
func TestMatchersAreAllListed(t *testing.T) {
	guide, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Glob("example*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	for _, file := range examples {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		shown.Write(text)
	}
	names := exportedFuncs(t)
	if len(names) < 15 {
		t.Fatalf("only %q are found", names)
	}
	for _, name := range names {
		if !bytes.Contains(guide, []byte("["+name+"]")) {
			t.Errorf("doc.go does not tell of %s", name)
		}
		if !bytes.Contains(shown.Bytes(), []byte("func Example"+name+"()")) {
			t.Errorf("%s has no example", name)
		}
		if strings.HasPrefix(name, "Be") && !slices.Contains(ErrorMatcherNames(), name) {
			t.Errorf("errorMatchers does not list %s", name)
		}
	}
}
