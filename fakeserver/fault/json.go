package fault

import (
	_ "embed" // for the schema
	"fmt"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// faults has one zero value of each fault: what JSON can name. A new fault is one
// file, its test, one line here and one definition in plan.schema.json; tests
// fail while a type with a sealed method is missing from either.
var faults = []Fault{
	Bandwidth{},
	Blackhole{},
	BurstLoss{},
	Close{},
	Corrupt{},
	Down{},
	Duplicate{},
	Enlarge{},
	Exit{},
	FailAccept{},
	Forge{},
	HalfClose{},
	Hold{},
	IgnoreDials{},
	Latency{},
	Loss{},
	Overwrite{},
	Reorder{},
	Replace{},
	Reset{},
	Restart{},
	Slice{},
	SlowClose{},
	Stall{},
	Truncate{},
}

//go:embed plan.schema.json
var planSchema string

// PlanSchema returns the JSON Schema (draft 2020-12) of a plan, for editors and
// for programs in other languages. What it accepts, UnmarshalJSON accepts, but for
// fields given twice, numbers out of range, and integers written as 1.0 or 1e3.
func PlanSchema() string { return planSchema }

// ParsePlan reads a plan from JSON text, which must hold nothing else. It is
// UnmarshalJSON as a function: through json.Unmarshal, broken JSON gives an error
// of package json, which does not wrap ErrPlan, and a json.Decoder leaves what
// follows the plan unread.
func ParsePlan(text []byte) (Plan, error) {
	var p Plan
	err := p.UnmarshalJSON(text)
	return p, err
}

// MarshalJSON returns the plan as JSON:
//
//	{"comment": "The answer is late.", "seed": 42, "rules": [{
//		"name": "cut",
//		"fault": {"kind": "latency", "delay": "50ms"},
//		"direction": "to-client",
//		"conns": {"only": [1]},
//		"after": {"bytes": 3, "match": "PONG"}
//	}]}
//
// Fields have the names of the Go fields, with a small first letter, and are left
// out where they are zero. Durations are text as time.Duration prints them, and Forever is "forever". A text
// that is not printable UTF-8 is in base64, in a field whose name ends in Base64:
// "matchBase64". A seed above 2^53, which readers that know only float64 would
// round, is text: "0x9e3779b97f4a7c15".
//
// UnmarshalJSON gives back an equal plan, and that the same JSON. Refused is what
// has no JSON: a rule without a fault or with a direction that is none, a
// probability that is no number. A pointer to a fault is saved as the fault.
func (p Plan) MarshalJSON() ([]byte, error) {
	w := jsonWriter{}
	if err := w.value("", reflect.ValueOf(p)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	return w.text, nil
}

// MarshalJSON returns the rule as Plan's MarshalJSON does.
func (r Rule) MarshalJSON() ([]byte, error) {
	w := jsonWriter{}
	if err := w.value("", reflect.ValueOf(r)); err != nil {
		return nil, fmt.Errorf("%w: rule%s: %w", ErrPlan, inBrackets(r.Name), err)
	}
	return w.text, nil
}

// UnmarshalJSON sets the plan to what text says. It refuses whatever has not the
// shape that MarshalJSON describes, and never ignores anything: fields unknown or
// twice, a null, a number for a duration, bytes after the plan. Its errors wrap
// ErrPlan and name the rule and the field; after one the plan is unchanged.
//
// Whether the values make sense is for Validate to say. Seeds may be numbers up to
// 2^64-1 or text in hexadecimal ("0x2a").
func (p *Plan) UnmarshalJSON(text []byte) error {
	var plan Plan
	if err := readJSON(text, reflect.ValueOf(&plan).Elem()); err != nil {
		return fmt.Errorf("%w: %w", ErrPlan, err)
	}
	*p = plan
	return nil
}

// UnmarshalJSON sets the rule as Plan's UnmarshalJSON does.
func (r *Rule) UnmarshalJSON(text []byte) error {
	var rule Rule
	if err := readJSON(text, reflect.ValueOf(&rule).Elem()); err != nil {
		return fmt.Errorf("%w: %w", ErrPlan, err)
	}
	*r = rule
	return nil
}

// The types that are not written as their kind says.
var (
	ruleType      = reflect.TypeFor[Rule]()
	faultType     = reflect.TypeFor[Fault]()
	directionType = reflect.TypeFor[transcript.Direction]()
	demandType    = reflect.TypeFor[Demand]()
	endingType    = reflect.TypeFor[transcript.Ending]()
	durationType  = reflect.TypeFor[time.Duration]()
	errnoType     = reflect.TypeFor[syscall.Errno]()
	stateType     = reflect.TypeFor[State]()
	mediumType    = reflect.TypeFor[Medium]()
	bytesType     = reflect.TypeFor[[]byte]()
	stringType    = reflect.TypeFor[string]()
)

// directions are the words for where a rule acts. Unlike other fields it is always
// there: that a rule acts on accept should not be told by silence.
var directions = map[transcript.Direction]string{
	transcript.Neither:    "on-accept",
	ServerStart:           "at-start",
	transcript.FromClient: "from-client",
	transcript.ToClient:   "to-client",
}

// matchDirections are those where a match may be.
var matchDirections = map[transcript.Direction]string{
	transcript.FromClient: "from-client",
	transcript.ToClient:   "to-client",
}

// matchInPath is that of the direction which is left out where it is that of the rule.
const matchInPath = "after.matchIn"

// directionsAt returns the words for a direction in the field at a path.
func directionsAt(at string) map[transcript.Direction]string {
	if at == matchInPath {
		return matchDirections
	}
	return directions
}

// base64Suffix ends the name of a field that has a text in base64.
const base64Suffix = "Base64"

// isText reports whether t is that of a text which may be base64.
func isText(t reflect.Type) bool { return t == bytesType || t == stringType }

// isReadable reports whether s can stand in JSON as it is, and be read there.
func isReadable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t'
	})
}

// fieldName returns a Go field's name in JSON.
func fieldName(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// fieldNames returns the names that the fields of a struct may have in JSON.
func fieldNames(t reflect.Type) []string {
	var names []string
	for f := range fieldsOf(t) {
		names = append(names, fieldName(f.Name))
	}
	return names
}

// fieldsOf ranges over the fields of a struct.
func fieldsOf(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// kindNames returns the kinds of all faults.
func kindNames() []string {
	names := make([]string, len(faults))
	for i, f := range faults {
		names[i] = f.Kind()
	}
	return names
}

// knownFault reports whether a value of type t is one of this package's faults, and
// not one that embeds them.
func knownFault(t reflect.Type) bool {
	return slices.ContainsFunc(faults, func(f Fault) bool { return reflect.TypeOf(f) == t })
}

// inBrackets returns " (name)", or "" where there is no name.
func inBrackets(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}
