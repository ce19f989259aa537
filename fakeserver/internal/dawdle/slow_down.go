package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
)

// slowDown returns a Go file whose functions call dawdle first. No line moves.
func slowDown(name string, source []byte) ([]byte, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var bodies []int // offsets just past the opening braces
	ast.Inspect(file, func(n ast.Node) bool {
		if body := bodyOf(n); body != nil && len(body.List) > 0 {
			bodies = append(bodies, files.Position(body.Lbrace).Offset+1)
		}
		return true
	})
	slices.Sort(bodies)
	for _, at := range slices.Backward(bodies) {
		source = slices.Insert(source, at, []byte(" dawdle(); ")...)
	}
	return source, nil
}

// bodyOf returns the body of a function; nil: n is none, or has none.
func bodyOf(n ast.Node) *ast.BlockStmt {
	switch f := n.(type) {
	case *ast.FuncDecl:
		return f.Body
	case *ast.FuncLit:
		return f.Body
	}
	return nil
}

// source returns the file in which dawdle is, of a package. It sleeps by the kernel's
// clock: package time's is another in a bubble.
func (d dawdling) source(name string) []byte {
	return fmt.Appendf(nil, `package %s

import (
	"math/rand/v2"
	"sync/atomic"
	"syscall"
)

var dawdleCalls atomic.Int64

func dawdle() {
	odds := %d
	if dawdleCalls.Add(1) > 100_000 {
		odds *= 50
	}
	if rand.IntN(odds) == 0 {
		ts := syscall.NsecToTimespec(rand.Int64N(%d))
		syscall.Nanosleep(&ts, nil)
	}
}
`, name, d.odds, d.most.Nanoseconds())
}
