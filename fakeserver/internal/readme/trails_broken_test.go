package readme

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A way through three files: f uses the interface's g, which is T's, and that uses h.
var walked = fstest.MapFS{
	"fakeserver/one.go":      {Data: []byte("package p\nfunc f(x I) { x.g() }\ntype I interface { g() }\nfunc last() {}\n")},
	"fakeserver/two/two.go":  {Data: []byte("package p\nfunc (t *T[M]) g() { h() }\n")},
	"fakeserver/two/more.go": {Data: []byte("package p\nfunc h() {}\nfunc other() { last() }\n")},
}

const soundTrail = "text\n\n### A trail\n\nIt begins:\n\n" +
	"1. `f` (`one.go`)\n2. `T.g` (`two/two.go`): says something\n3. `h` (`two/more.go`)\n\n" +
	"It comes back to: none.\n"

func TestBrokenTrailsFail(t *testing.T) {
	for _, c := range []struct {
		Why      string
		Old, New string
		Want     string // in the error; "" where nothing is wrong
	}{
		{"the control", "", "", ""},
		{"a method of an interface", "`f` (", "`f`, `I.g` (", ""},
		{"another list begins anew", "3. `h`", "\nAnd:\n\n1. `other`", ""},
		{"a function is not there", "`h`", "`hh`", "fakeserver/two/more.go does not declare hh"},
		{"a function is in another file", "(`two/more.go`)", "(`two/two.go`)", "fakeserver/two/two.go does not declare h"},
		{"a method is another type's", "`T.g`", "`U.g`", "does not declare U.g"},
		{"a method is taken for a function", "`T.g`", "`g`", "does not declare g"},
		{"a file is not there", "two/more.go", "two/less.go", "two/less.go"},
		{"nothing leads there", "3. `h`", "3. `other`", "other: nothing before it uses it"},
		{"the order is wrong", "1. `f` (`one.go`)\n2. `T.g` (`two/two.go`)", "1. `T.g` (`two/two.go`)\n2. `f` (`one.go`)", "f: nothing before it uses it"},
		{"it says nothing of coming back", "`two/more.go`)\n", "`two/more.go`)\n\nBack:\n\n1. `last` (`one.go`)\n", `it comes back to ["fakeserver/one.go"], and says []`},
		{"it says that it comes back and does not", "none", "`one.go`", `it comes back to [], and says ["fakeserver/one.go"]`},
		{"no word of coming back", "It comes back to: none.", "", "it has 3 stops"},
		{"a line is no stop", "3. `h` (`two/more.go`)", "3. `h` in `two/more.go`", "is no stop"},
	} {
		text := strings.Replace(soundTrail, c.Old, c.New, 1)
		trails, err := readTrails(text)
		if err == nil {
			err = trails[0].check(functions{walked, map[string]map[string]function{}})
		}
		t.Run(c.Why, func(t *testing.T) { wantError(t, err, c.Want) })
	}
}
