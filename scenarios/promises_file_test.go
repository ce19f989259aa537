package scenarios

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// PROMISES.md has a table of the promises of each kind of subject. With FAKEWIRE_UPDATE set,
// this test writes it.
func TestPromisesAreInTheirFile(t *testing.T) {
	const name = "PROMISES.md"
	idents := promiseIdents(t)
	want := promisesFile(idents)
	if os.Getenv("FAKEWIRE_UPDATE") != "" {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the promises say (%v); FAKEWIRE_UPDATE=1 go test -run TestPromisesAreInTheirFile ./scenarios writes it", name, err)
	}
	if listed := len(tcpPromises) + len(udpPromises) + len(loggerPromises); listed != len(idents) {
		t.Errorf("there are %d promises, and %d in the lists: %v", len(idents), listed, idents)
	}
}

// A listing of the files that begin with a medium is the list of its promises.
func TestPromisesHaveAFileEach(t *testing.T) {
	idents := promiseIdents(t)
	wantOwnFiles(t, tcpPromises, idents)
	wantOwnFiles(t, udpPromises, idents)
	wantOwnFiles(t, loggerPromises, idents)
}

func wantOwnFiles[S Subject](t *testing.T, promises []Promise[S], idents map[string]identifier) {
	t.Helper()
	medium := promises[0].Labels[0]
	files, err := filepath.Glob(medium + "_*.go")
	if err != nil {
		t.Fatal(err)
	}
	others := map[string]bool{}
	for _, file := range files {
		others[file] = !strings.HasSuffix(file, "_test.go")
	}
	for _, p := range promises {
		id := idents[p.Name]
		if p.variable != id.name {
			t.Errorf("%s has the variable %q: Summarize would show that", id.name, p.variable)
		}
		if want := medium + "_" + snake(id.name) + ".go"; id.file != want {
			t.Errorf("%s is in %s, want %s", id.name, id.file, want)
		}
		delete(others, id.file)
	}
	for file, source := range others {
		if source {
			t.Errorf("%s has no promise", file)
		}
	}
}

// snake returns a name's words in lower case, with underscores between them.
func snake(name string) string {
	return strings.ToLower(regexp.MustCompile(`\B[A-Z]`).ReplaceAllString(name, "_$0"))
}

// promisesFile returns what PROMISES.md has to say.
func promisesFile(idents map[string]identifier) string {
	const head = "# Promises\n\n" +
		"What a client or a logger can promise to do when the wire misbehaves, and the kind of bug that each is about. What the subject\n" +
		"must do, what the scenario needs, and where it is inconclusive is in the documentation of each.\n\n" +
		"This file is made of the promises: `FAKEWIRE_UPDATE=1 go test -run TestPromisesAreInTheirFile ./scenarios` writes it.\n"
	return head +
		promisesTable("TCP clients", "a TCP client that keeps it", tcpPromises, idents) +
		promisesTable("UDP clients", "a UDP client that keeps it", udpPromises, idents) +
		promisesTable("Network loggers", "a network logger that keeps it", loggerPromises, idents)
}

// promisesTable returns the table of one kind of subject.
func promisesTable[S Subject](title, keeper string, promises []Promise[S], idents map[string]identifier) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n| promise | %s | why it matters |\n|---|---|---|\n", title, keeper)
	for _, p := range promises {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", idents[p.Name].name, p.Name, p.Why)
	}
	return b.String()
}

// An identifier is what this package calls a promise, and where it does.
type identifier struct{ name, file string }

// promiseIdents returns the identifier of each promise, by the promise's name.
func promiseIdents(t *testing.T) map[string]identifier {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	idents := map[string]identifier{}
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
				if promise, ok := promiseName(spec.Values[0]); ok {
					idents[promise] = identifier{spec.Names[0].Name, name}
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
