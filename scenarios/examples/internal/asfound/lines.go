package asfound

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// Lines returns how many lines it takes to attach each subject in the tests of a
// directory, by the text of its Describe call: those of the call, and of the functions in
// the same file that make the subject, which are those that it names and that return a
// subject. What stands apart does not count: the server, and what the client's own program
// would have anyway.
func Lines(dir string) (map[string]int, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	all := map[string]int{}
	for _, name := range names {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		c := counter{fset, factories(file)}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && strings.HasPrefix(nameOf(call.Fun), "scenarios.Describe") {
				all[nameOf(call.Args[0])] += c.span(call) + c.spanOfFactories(call)
			}
			return true
		})
	}
	return all, nil
}

// counter counts lines of a file.
type counter struct {
	fset      *token.FileSet
	factories map[string]*ast.FuncDecl
}

func (c counter) span(n ast.Node) int {
	return c.fset.Position(n.End()).Line - c.fset.Position(n.Pos()).Line + 1
}

// spanOfFactories returns the lines of the factories that n names, and of those that
// these name.
func (c counter) spanOfFactories(n ast.Node) int {
	sum := 0
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if f := c.factories[nameOf(id)]; ok && f != nil {
			sum += c.span(f) + c.spanOfFactories(f.Body)
		}
		return true
	})
	return sum
}

// factories returns the functions of a file that return something of package scenarios.
func factories(file *ast.File) map[string]*ast.FuncDecl {
	all := map[string]*ast.FuncDecl{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && f.Type.Results != nil && strings.HasPrefix(nameOf(f.Type.Results.List[0].Type), "scenarios.") {
			all[f.Name.Name] = f
		}
	}
	return all
}

// nameOf returns what an expression says that is a name, a package's name, or a text.
func nameOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Ident:
		if n != nil {
			return n.Name
		}
	case *ast.BasicLit:
		return strings.Trim(n.Value, `"`)
	case *ast.SelectorExpr:
		return fmt.Sprintf("%s.%s", nameOf(n.X), n.Sel.Name)
	}
	return ""
}
