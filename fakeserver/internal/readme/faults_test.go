package readme

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
)

// faultNames returns the names of the types of all faults, with what they are for: "streams",
// "datagrams" or "both".
func faultNames() map[string]string {
	names := map[string]string{}
	for _, kind := range faultgen.All(fault.Streams) {
		names[faultName(fault.Streams, kind)] = "streams"
	}
	for _, kind := range faultgen.All(fault.Datagrams) {
		name := faultName(fault.Datagrams, kind)
		if names[name] != "" {
			names[name] = "both"
		} else {
			names[name] = "datagrams"
		}
	}
	return names
}

func faultName(m fault.Medium, kind string) string {
	return reflect.TypeOf(faultgen.Example(m, kind, 1)).Name()
}

var faultLiteral = regexp.MustCompile("`([A-Z]\\w+)\\{[^`]*\\}`")

// tableOfFaults returns what a table says that faults are for: what stands in its second column,
// where the first has composite literals.
func tableOfFaults(markdown string) map[string]string {
	table := map[string]string{}
	for line := range strings.Lines(markdown) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !slices.Contains([]string{"streams", "datagrams", "both"}, strings.TrimSpace(cells[2])) {
			continue
		}
		for _, literal := range faultLiteral.FindAllStringSubmatch(cells[1], -1) {
			table[literal[1]] = strings.TrimSpace(cells[2])
		}
	}
	return table
}

func TestTableOfFaultsHasEachFault(t *testing.T) {
	want, got := faultNames(), tableOfFaults(newModule(t).read(t, "README.md"))
	for name, on := range want {
		if got[name] != on {
			t.Errorf("%s: README.md's table of faults says it is on %q, want %q", name, got[name], on)
		}
	}
	for name := range got {
		if want[name] == "" {
			t.Errorf("%s: README.md's table of faults has it, and there is no such fault", name)
		}
	}
}
