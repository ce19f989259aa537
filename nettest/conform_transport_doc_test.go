package nettest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/nettest"
)

// Each method that Transport's doc comment lists has a demand, and there are no others.
func TestTransportDemandsAreThoseOfItsDoc(t *testing.T) {
	var listed []string
	prefix := ""
	for line := range strings.Lines(docOf(t, "../fakeserver/socket_transport.go", "Transport")) {
		if strings.HasPrefix(line, "A packet conn's:") {
			prefix = "Packet"
		}
		m := regexp.MustCompile(`^\t([A-Z]\w+)\(`).FindStringSubmatch(line)
		switch {
		case m == nil:
		case m[1] == "DialContext" && prefix == "" && len(listed) > 0:
			listed = append(listed, "ListenerDialContext") // the Transport has one, too
		default:
			listed = append(listed, prefix+m[1])
		}
	}
	var demanded []string
	for _, d := range nettest.TransportDemands() {
		if slices.Contains([]string{"Drops", "Waiting", "ReadFromSocket"}, d) { // of packet conns only
			d = "Packet" + d
		}
		demanded = append(demanded, d)
	}
	if !slices.Equal(listed, demanded) {
		t.Errorf("Transport lists %q, and the demands are on %q", listed, demanded)
	}
}

// docOf returns a type's doc comment.
func docOf(t *testing.T, file, name string) string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(file), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE && g.Specs[0].(*ast.TypeSpec).Name.Name == name {
			return g.Doc.Text()
		}
	}
	t.Fatalf("%s has no type %s", file, name)
	return ""
}
