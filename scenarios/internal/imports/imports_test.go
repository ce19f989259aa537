package main

import (
	"strings"
	"testing"
)

const ginkgo = "github.com/onsi/ginkgo/v2"

func TestBreachesAreFound(t *testing.T) {
	for _, test := range []struct {
		name    string
		imports string
		want    string
	}{
		{"fakeserver/fault", ginkgo, "fakeserver/fault imports " + ginkgo},
		{"nettest", ginkgo, "nettest imports " + ginkgo},
		{"nettest", gomega + "/types", "nettest imports " + gomega + "/types"},
		{"nettest", module + "nettest/match", "nettest imports nettest/match"},
		{"nettest/match", gomega, "nettest/match imports " + gomega},
		{"nettest/match", module + "nettest", "nettest/match imports nettest"},
		{"nettest", module + "scenarios", "nettest imports scenarios"},
		{"nettest", module + "nettest/subject", "nettest imports nettest/subject"},
		{"nettest/subject", ginkgo, "nettest/subject imports " + ginkgo},
		{"nettest/subject", gomega, "nettest/subject imports " + gomega},
		{"nettest/subject", module + "scenarios", "nettest/subject imports scenarios"},
		{"nettest/subject", module + "nettest/match", "nettest/subject imports nettest/match"},
		{"nettest/subject", module + "nettest/explore", "nettest/subject imports nettest/explore"},
		{"nettest/explore", ginkgo, "nettest/explore imports " + ginkgo},
		{"nettest/explore", module + "scenarios", "nettest/explore imports scenarios"},
		{"nettest/explore", module + "fakeserver/internal/kernel", "nettest/explore imports fakeserver/internal/kernel"},
		{"nettest/match", module + "nettest/subject", "nettest/match imports nettest/subject"},
		{"fakeserver/transcript", "example.com/far", "fakeserver/transcript imports example.com/far"},
		{"fakeserver/fault", "testing", "fakeserver/fault depends on testing"},
		{"fakeserver/script", "net/x", "fakeserver/script depends on testing"},
		{"fakeserver/transcript", module + "fakeserver/fault", "fakeserver/transcript imports fakeserver/fault"},
		{"fakeserver/transcript", module + "fakeserver/internal/record", "fakeserver/transcript imports fakeserver/internal/record"},
		{"fakeserver/internal/record", module + "fakeserver/fault", "fakeserver/internal/record imports fakeserver/fault"},
		{"fakeserver/internal/store", module + "fakeserver/transcript", "fakeserver/internal/store imports fakeserver/transcript"},
		{"fakeserver/internal/store", "testing", "fakeserver/internal/store depends on testing"},
		{"fakeserver/internal/rematch", module + "fakeserver/transcript", "fakeserver/internal/rematch imports fakeserver/transcript"},
		{"fakeserver/transcript", module + "fakeserver/internal/rematch", "fakeserver/transcript imports fakeserver/internal/rematch"},
		{"fakeserver/script", module + "fakeserver/internal/record", "fakeserver/script imports fakeserver/internal/record"},
		{"nettest", module + "fakeserver/internal/record", "nettest imports fakeserver/internal/record"},
		{"fakeserver/fault", module + "fakeserver", "fakeserver/fault imports fakeserver"},
		{"fakeserver/script", module + "fakeserver/internal/kernel", "fakeserver/script imports fakeserver/internal/kernel"},
		{"fakeserver/script", module + "fakeserver/internal/decide", "fakeserver/script imports fakeserver/internal/decide"},
		{"fakeserver/transcript", module + "fakeserver/internal/decide", "fakeserver/transcript imports fakeserver/internal/decide"},
		{"fakeserver/internal/decide", module + "fakeserver/fault", "fakeserver/internal/decide imports fakeserver/fault"},
		{"fakeserver/internal/decide", module + "fakeserver", "fakeserver/internal/decide imports fakeserver"},
		{"fakeserver/fault", module + "fakeserver/internal/faultgen", "fakeserver/fault imports fakeserver/internal/faultgen"},
		{"nettest", module + "fakeserver/internal/faultgen", "nettest imports fakeserver/internal/faultgen"},
		{"fakeserver/internal/faultgen", module + "fakeserver", "fakeserver/internal/faultgen imports fakeserver"},
		{"fakeserver/fault", module + "fakeserver/internal/kernel", "fakeserver/fault imports fakeserver/internal/kernel"},
		{"fakeserver/transcript/pcapng", module + "fakeserver", "fakeserver/transcript/pcapng imports fakeserver"},
		{"scenarios", module + "fakeserver/transcript/pcapng", "scenarios depends on " + packet},
		{"scenarios", "example.com/capture", "scenarios depends on " + packet},
		{"scenarios", "example.com/tool", "scenarios depends on " + cobra},
	} {
		g := graph{"net": {Standard: true}, "testing": {Standard: true}, "net/x": {Standard: true, Imports: []string{"testing"}}, "example.com/capture": {Imports: []string{packet + "/pcapgo"}}, "example.com/tool": {Imports: []string{cobra}}}
		for _, dir := range []string{"fakeserver", "fakeserver/fault", "fakeserver/transcript", "fakeserver/internal/kernel", "fakeserver/internal/decide", "fakeserver/internal/record", "fakeserver/internal/store", "fakeserver/internal/rematch", "fakeserver/internal/faultgen", "scenarios", "nettest", "nettest/subject", "nettest/explore", "nettest/match"} {
			g[module+dir] = listed{}
		}
		g[module+"fakeserver/transcript/pcapng"] = listed{Imports: []string{packet}}
		g[module+"fakeserver/cmd/fakeserver"] = listed{Name: "main", Imports: []string{module + "fakeserver"}}
		if got := g.breaches(); len(got) != 0 {
			t.Fatalf("a sound graph: %v", got)
		}
		g[module+test.name] = listed{Imports: []string{test.imports}}
		if got := g.breaches(); len(got) != 1 || !strings.Contains(got[0], test.want) {
			t.Errorf("%s imports %s: %v, want %s", test.name, test.imports, got, test.want)
		}
	}
}
