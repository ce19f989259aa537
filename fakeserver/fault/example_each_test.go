package fault_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
)

// Each fault has an example that is run.
func TestEachFaultHasAnExample(t *testing.T) {
	runs := map[string]bool{}
	for _, e := range examples(t) {
		runs[e.Name] = e.Output != ""
	}
	for _, m := range []fault.Medium{fault.Streams, fault.Datagrams} {
		for _, kind := range faultgen.All(m) {
			if name := reflect.TypeOf(faultgen.Example(m, kind, 1)).Name(); !runs[name] {
				t.Errorf("%s: no Example%s with an Output; add it to example_%s_test.go", kind, name, file[m])
			}
		}
	}
}

// file says which examples are where.
var file = map[fault.Medium]string{fault.Streams: "streams", fault.Datagrams: "datagrams"}

// examples returns the package's examples.
func examples(t *testing.T) []*doc.Example {
	names, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return doc.Examples(files...)
}
