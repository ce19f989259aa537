package fault

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What a new fault needs besides its own file: each of these tests names it while it has none.

func TestGeneratorsDrawEachFault(t *testing.T) {
	for m, file := range map[Medium]string{Streams: "streams.go", Datagrams: "datagrams.go"} {
		var want []string
		for _, f := range faults {
			if worksOn(f, m) {
				want = append(want, f.Kind())
			}
		}
		have := Generators.Kinds(m)
		for _, kind := range want {
			if !slices.Contains(have, kind) {
				t.Errorf("%s, on %v: no generator; add one to the table in internal/faultgen/%s, so that its decisions are put to the test", kind, m, file)
			}
		}
		for _, kind := range have {
			if !slices.Contains(want, kind) {
				t.Errorf("%s, on %v: internal/faultgen/%s has a generator, and there is no such fault", kind, m, file)
			}
		}
	}
}

// wantEachDrawing checks that each fault for m that is drawing has a rule.
func wantEachDrawing(t *testing.T, m Medium, drawing func(Rule) bool, rules []Rule) {
	t.Helper()
	for _, kind := range Generators.Kinds(m) {
		has := slices.ContainsFunc(rules, func(r Rule) bool { return r.Fault.Kind() == kind })
		for i := range 20 {
			if f := Generators.Example(m, kind, i); drawing(ToClient(f)) && !has {
				t.Errorf("%s, on %v: it draws, as %#v does, and has no row; add one to the table above", kind, m, f)
				break
			}
		}
	}
}

// The package's doc lists each fault by what it is for.
func TestDocListsEachFault(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(f.Doc.Text(), "\n# Faults\n")
	list, _, _ = strings.Cut(list, "\n# ")
	onStreams, onDatagrams, _ := strings.Cut(list, "\nFor datagrams:\n")
	for _, f := range faults {
		link := "[" + reflect.TypeOf(f).Name() + "]"
		if worksOn(f, Streams) != strings.Contains(onStreams, link) || worksOn(f, Datagrams) != strings.Contains(onDatagrams, link) {
			t.Errorf("%s: doc.go lists the faults of streams and of datagrams; add %s where it belongs", f.Kind(), link)
		}
	}
}

// A fault of a new sort can be disabled only once mutant_on.go knows how.
func TestMutantsKnowEachSortOfFault(t *testing.T) {
	sorts, mutants := typeCases(t, "fault.go", "worksOn"), typeCases(t, "mutant_on.go", "idle")
	if len(sorts) < 7 {
		t.Errorf("worksOn knows %v, want all sorts of faults of streams", sorts)
	}
	for _, sort := range sorts {
		if !slices.Contains(mutants, sort) {
			t.Errorf("%s: idle in mutant_on.go has no case for it; add one, which claims to act and does nothing", sort)
		}
	}
}

// typeCases returns the names of the types in the type switches of a function.
func typeCases(t *testing.T, file, function string) (names []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Name.Name != function {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			if c, ok := n.(*ast.CaseClause); ok {
				for _, expr := range c.List {
					names = append(names, expr.(*ast.Ident).Name)
				}
			}
			return true
		})
	}
	return names
}
