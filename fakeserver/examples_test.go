package fakeserver_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// owners are the types through which a user calls the methods of each type.
var owners = map[string][]string{
	"Server": {"Server"}, "PacketServer": {"PacketServer"}, "Listener": {"Listener"}, "PacketConn": {"PacketConn"},
	"conns": {"Server", "Listener"}, "peers": {"PacketServer", "PacketConn"},
	"core": {"Server", "Listener", "PacketServer", "PacketConn"},
}

// nouns are the methods that only tell something.
var nouns = []string{"Address", "Addr", "AddrPort", "LocalAddr", "Transcript", "Recording", "Mark", "Report", "Done"}

// netVerbs are package net's, which the examples of WrapListener and WrapPacketConn show.
var netVerbs = []string{"Accept", "ReadFrom", "WriteTo", "SetDeadline", "SetReadDeadline", "SetWriteDeadline"}

// Each function and each verb of a server has an Example: where a verb is one for several types,
// that is with one of them.
func TestEachVerbHasAnExample(t *testing.T) {
	have := map[string]bool{}
	for _, f := range parse(t, func(file string) bool { return strings.HasSuffix(file, "_test.go") }) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				have[fn.Name.Name] = true
			}
		}
	}
	asked := 0
	for _, f := range parse(t, func(file string) bool { return !strings.HasSuffix(file, "_test.go") }) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			wanted := examplesOf(fn)
			if len(wanted) > 0 {
				asked++
			}
			if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(name string) bool { return have["Example"+name] }) {
				t.Errorf("%s has no Example: want a function Example%s", fn.Name.Name, strings.Join(wanted, ", or Example"))
			}
		}
	}
	if asked < 30 {
		t.Errorf("%d functions and verbs: where are the others?", asked)
	}
}

// examplesOf returns what the Example of a function or a verb may be called; nothing, if it needs
// none.
func examplesOf(fn *ast.FuncDecl) (names []string) {
	name := fn.Name.Name
	if fn.Recv == nil {
		return []string{name}
	}
	if slices.Contains(nouns, name) || slices.Contains(netVerbs, name) {
		return nil
	}
	recv := fn.Recv.List[0].Type
	if p, ok := recv.(*ast.StarExpr); ok {
		recv = p.X
	}
	id, ok := recv.(*ast.Ident)
	if !ok {
		return nil
	}
	for _, owner := range owners[id.Name] {
		names = append(names, owner+"_"+name)
	}
	return names
}

// parse parses this folder's files.
func parse(t *testing.T, wanted func(file string) bool) (all []*ast.File) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !wanted(file) {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}
