package scenarios

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The README has a table of the promises of each kind of subject, which is what this
// test makes of their names.
func TestPromisesAreInTheReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	idents := promiseIdents(t)
	for _, table := range []string{
		readmeTable("a TCP client", tcpPromises, idents),
		readmeTable("a UDP client", udpPromises, idents),
		readmeTable("a network logger", loggerPromises, idents),
	} {
		if !strings.Contains(string(text), "\n\n"+table+"\n") {
			t.Errorf("README.md does not have this table:\n%s", table)
		}
	}
	if listed := len(tcpPromises) + len(udpPromises) + len(loggerPromises); listed != len(idents) {
		t.Errorf("there are %d promises, and %d in the lists: %v", len(idents), listed, idents)
	}
}

// readmeTable returns the table of one kind.
func readmeTable[S Subject](who string, promises []Promise[S], idents map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| promise | %s that keeps it |\n|---|---|\n", who)
	for _, p := range promises {
		fmt.Fprintf(&b, "| `%s` | %s |\n", idents[p.Name], p.Name)
	}
	return b.String()
}

// promiseIdents returns what this package calls each promise, by its name.
func promiseIdents(t *testing.T) map[string]string {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	idents := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if ok && len(spec.Values) == 1 {
				if name, ok := promiseName(spec.Values[0]); ok {
					idents[name] = spec.Names[0].Name
				}
			}
			return true
		})
	}
	return idents
}

// promiseName returns the Name in a literal of a Promise.
func promiseName(value ast.Expr) (string, bool) {
	lit, ok := value.(*ast.CompositeLit)
	if !ok {
		return "", false
	}
	generic, ok := lit.Type.(*ast.IndexExpr)
	if !ok {
		return "", false
	}
	if kind, ok := generic.X.(*ast.Ident); !ok || kind.Name != "Promise" {
		return "", false
	}
	for _, elt := range lit.Elts {
		kv := elt.(*ast.KeyValueExpr)
		if basic, ok := kv.Value.(*ast.BasicLit); ok && kv.Key.(*ast.Ident).Name == "Name" {
			name, err := strconv.Unquote(basic.Value)
			return name, err == nil
		}
	}
	return "", false
}
