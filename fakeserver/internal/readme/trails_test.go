package readme

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The trails lead a reader through functions that are where they say and that use one another, and count honestly how often
// they come back to a file.
func TestTrailsLeadThroughTheCode(t *testing.T) {
	m := newModule(t)
	trails, err := readTrails(section(t, m.read(t, "CONTRIBUTING.md"), "## Trails"))
	if err != nil {
		t.Fatal(err)
	}
	if len(trails) != 4 {
		t.Errorf("there are %d trails, want 4", len(trails))
	}
	code := functions{root: os.DirFS(m.root), files: map[string]map[string]function{}}
	for _, trail := range trails {
		if err := trail.check(code); err != nil {
			t.Errorf("CONTRIBUTING.md: %s:\n%v", trail.title, err)
		}
	}
}

// A trail is a way through the code.
type trail struct {
	title string
	stops []stop
	back  []string // the files that it says it comes back to
}

// A stop is a file, and the functions to read there.
type stop struct {
	functions []string // such as "Conn.Read" or "newConn"
	file      string
	begins    bool // something else uses it, of which the text tells
}

var (
	stopLine = regexp.MustCompile("^\\d+\\. ((?:`[\\w.]+`(?:, )?)+) \\(`([\\w./]+)`\\)(:.*)?$")
	backLine = regexp.MustCompile(`^It comes back to: (.*)\.$`)
	quoted   = regexp.MustCompile("`([^`]+)`")
)

// readTrails returns the trails of a section. Each has a heading, lists of stops, and a line that says to what it comes back.
func readTrails(markdown string) (trails []trail, err error) {
	last, listed := new(trail), false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSuffix(line, "\n")
		title, isTitle := strings.CutPrefix(line, "### ")
		switch {
		case isTitle:
			trails = append(trails, trail{title: title})
			last, listed = &trails[len(trails)-1], false
		case stopLine.MatchString(line):
			m := stopLine.FindStringSubmatch(line)
			last.stops = append(last.stops, stop{quotedIn(m[1]), "fakeserver/" + m[2], !listed})
			listed = true
		case strings.HasPrefix(line, "It comes back to"):
			last.back = []string{}
			for _, file := range quotedIn(backLine.FindString(line)) {
				last.back = append(last.back, "fakeserver/"+file)
			}
		case regexp.MustCompile(`^\d+\.`).MatchString(line):
			return nil, fmt.Errorf("%q is no stop", line)
		case line != "":
			listed = false
		}
	}
	for _, tr := range trails {
		if len(tr.stops) < 3 || tr.back == nil {
			return nil, fmt.Errorf("%s: it has %d stops, and comes back to %q", tr.title, len(tr.stops), tr.back)
		}
	}
	return trails, nil
}

func quotedIn(text string) (all []string) {
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// check returns what is wrong with the trail.
func (tr trail) check(code functions) error {
	var errs []error
	used := map[string]bool{} // the names that the functions before use
	for _, s := range tr.stops {
		for _, name := range s.functions {
			f, err := code.find(s.file, name)
			switch {
			case err != nil:
				errs = append(errs, err)
			case !s.begins && !used[f.name]:
				errs = append(errs, fmt.Errorf("%s: nothing before it uses it", name))
			}
			for _, use := range f.uses {
				used[use] = true
			}
		}
	}
	if back := tr.comesBack(); !slices.Equal(back, tr.back) {
		errs = append(errs, fmt.Errorf("it comes back to %q, and says %q", back, tr.back))
	}
	return errors.Join(errs...)
}

// comesBack returns the files that the trail comes back to, after another.
func (tr trail) comesBack() []string {
	back, seen := []string{}, map[string]bool{}
	for i, s := range tr.stops {
		if i > 0 && tr.stops[i-1].file == s.file {
			continue
		}
		if seen[s.file] {
			back = append(back, s.file)
		}
		seen[s.file] = true
	}
	return back
}

// A function is what is declared: a function, or a method of a type or an interface.
type function struct {
	name string   // without that of its type
	uses []string // the names in its body
}

// functions are those of the files that were looked at.
type functions struct {
	root  fs.FS
	files map[string]map[string]function
}

// find returns a function of a file, such as "Conn.Read" or "newConn".
func (code functions) find(file, name string) (function, error) {
	if code.files[file] == nil {
		text, err := fs.ReadFile(code.root, path.Clean(file))
		if err != nil {
			return function{}, err
		}
		all, err := declaredIn(file, text)
		if err != nil {
			return function{}, err
		}
		code.files[file] = all
	}
	f, ok := code.files[file][name]
	if !ok {
		return f, fmt.Errorf("%s does not declare %s", file, name)
	}
	return f, nil
}

// declaredIn returns the functions of a file by their names, those of methods with the type's in front.
func declaredIn(file string, text []byte) (map[string]function, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	all := map[string]function{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			all[receiver(n)+n.Name.Name] = function{n.Name.Name, namesIn(n.Body)}
			return false
		case *ast.TypeSpec:
			if of, ok := n.Type.(*ast.InterfaceType); ok {
				for _, method := range of.Methods.List {
					for _, name := range method.Names {
						all[n.Name.Name+"."+name.Name] = function{name: name.Name, uses: []string{name.Name}}
					}
				}
			}
		}
		return true
	})
	return all, nil
}

// receiver returns the name of a method's type, with a dot.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if p, ok := of.(*ast.StarExpr); ok {
		of = p.X
	}
	if generic, ok := of.(*ast.IndexExpr); ok {
		of = generic.X
	}
	return of.(*ast.Ident).Name + "."
}

func namesIn(body *ast.BlockStmt) (names []string) {
	ast.Inspect(body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}
