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

// sources returns the package's files, without its tests.
func sources(t *testing.T) (all []*ast.File) {
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
		all = append(all, f)
	}
	return all
}

// exportedFuncs returns the package's exported functions, and the receivers of the methods with a name.
func exportedFuncs(t *testing.T, method string) (funcs []*ast.FuncDecl, receivers []string) {
	t.Helper()
	for _, f := range sources(t) {
		for _, d := range f.Decls {
			switch fn, ok := d.(*ast.FuncDecl); {
			case !ok:
			case fn.Recv == nil && fn.Name.IsExported():
				funcs = append(funcs, fn)
			case fn.Recv != nil && fn.Name.Name == method:
				receivers = append(receivers, typeText(fn.Recv))
			}
		}
	}
	return funcs, receivers
}

// typeText returns the type of the first of some fields, such as "*BytesMatcher".
func typeText(fields *ast.FieldList) string {
	star, ok := fields.List[0].Type.(*ast.StarExpr)
	if !ok {
		return ""
	}
	return "*" + star.X.(*ast.Ident).Name
}

// A suite that shares a server needs a mark for whatever it asks of that.
func TestMatchersAboutAServerHaveSince(t *testing.T) {
	funcs, receivers := exportedFuncs(t, "Since")
	for _, fn := range funcs {
		if strings.HasPrefix(fn.Name.Name, "Have") && !slices.Contains(receivers, typeText(fn.Type.Results)) {
			t.Errorf("%s returns what has no method Since", fn.Name.Name)
		}
	}
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
	var names []string
	funcs, _ := exportedFuncs(t, "")
	for _, fn := range funcs {
		names = append(names, fn.Name.Name)
	}
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
