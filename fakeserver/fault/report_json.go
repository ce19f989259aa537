package fault

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// states are the words for how a rule ended. Unlike other fields, a state is always there.
var states = map[State]string{
	NotReached: "not-reached",
	Armed:      "armed",
	Fired:      "fired",
	Passed:     "passed",
}

// media are the words for what a plan acts on.
var media = map[Medium]string{
	Streams:   "streams",
	Datagrams: "datagrams",
}

// MarshalJSON returns the report as JSON, in which rules are as Plan's MarshalJSON writes them:
//
//	{"medium": "streams", "seed": 42, "conns": 1, "rules": [{
//		"key": "cut",
//		"rule": {"name": "cut", "fault": {"kind": "reset"}, "direction": "to-client", "after": {"bytes": 3}},
//		"state": "fired",
//		"count": 1,
//		"conn": 1,
//		"offset": 3
//	}]}
//
// Fields that are zero are left out, but for the state: "not-reached", "armed", "fired" or "passed".
// UnmarshalJSON gives back an equal report, and that the same JSON. What has no JSON is refused, as by
// Plan's MarshalJSON.
func (r Report) MarshalJSON() ([]byte, error) {
	w := jsonWriter{}
	if err := w.value("", reflect.ValueOf(r)); err != nil {
		return nil, fmt.Errorf("fault: report: %w", err)
	}
	return w.text, nil
}

// UnmarshalJSON sets the report to what text says, which must have the shape that MarshalJSON
// describes, and nothing else: as strictly as Plan's UnmarshalJSON. After an error the report is unchanged.
func (r *Report) UnmarshalJSON(text []byte) error {
	var report Report
	if err := readJSON(text, reflect.ValueOf(&report).Elem()); err != nil {
		return fmt.Errorf("fault: report: %w", err)
	}
	*r = report
	return nil
}

// readWord sets v to what the word in n is for.
func readWord[T ~uint8](at string, n node, v reflect.Value, words map[T]string) error {
	for value, word := range words {
		if n.kind == isString && n.text == word {
			v.SetUint(uint64(value))
			return nil
		}
	}
	var all []string
	for _, value := range slices.Sorted(maps.Keys(words)) {
		all = append(all, strconv.Quote(words[value]))
	}
	return wrong(at, strings.Join(all[:len(all)-1], ", ")+" or "+all[len(all)-1], n)
}
