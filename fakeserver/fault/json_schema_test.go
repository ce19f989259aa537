package fault

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The schema has exactly the faults and fields that the Go types have.
func TestSchemaHasWhatTheTypesHave(t *testing.T) {
	root := rootSchema(t)
	wantDef(t, root, "plan", reflect.TypeFor[Plan]())
	wantDef(t, root, "rule", reflect.TypeFor[Rule]())
	wantDef(t, root, "conns", reflect.TypeFor[Conns]())
	wantDef(t, root, "after", reflect.TypeFor[Trigger]())
	wantDef(t, root, "until", reflect.TypeFor[Window]())
	var kinds []string
	for _, one := range root.def("fault")["oneOf"].([]any) {
		kinds = append(kinds, strings.TrimPrefix(one.(map[string]any)["$ref"].(string), "#/$defs/"))
	}
	if !slices.Equal(kinds, kindNames()) {
		t.Errorf("the schema has the faults\n\t%v, want\n\t%v", kinds, kindNames())
	}
	for _, f := range faults {
		if root.def(f.Kind()) == nil {
			t.Errorf("%s: plan.schema.json has no definition of it; add one, and a line to those of fault", f.Kind())
			continue
		}
		wantDef(t, root, f.Kind(), reflect.TypeOf(f), "kind")
		kind, _ := root.def(f.Kind())["properties"].(map[string]any)["kind"].(map[string]any)
		if kind["const"] != f.Kind() {
			t.Errorf("%s: kind is %v", f.Kind(), kind)
		}
	}
	if got, want := len(root["$defs"].(map[string]any)), 8+len(faults); got != want {
		t.Errorf("the schema has %d definitions, want %d: is one left over?", got, want)
	}
}

// wantDef checks that a definition is closed and has a struct's fields, and others
// by name, each with its type and in words.
func wantDef(t *testing.T, root schema, name string, of reflect.Type, others ...string) {
	t.Helper()
	def := root.def(name)
	if def["additionalProperties"] != false || def["type"] != "object" || def["description"] == nil {
		t.Errorf("%s: want an object with a description and no additionalProperties", name)
	}
	properties, _ := def["properties"].(map[string]any)
	want := slices.Clone(others)
	for f := range fieldsOf(of) {
		want = append(want, fieldName(f.Name))
		wantProperty(t, name, f, properties)
		if isText(f.Type) {
			want = append(want, fieldName(f.Name)+base64Suffix)
		}
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(properties)); !slices.Equal(got, want) {
		t.Errorf("%s has the fields %v, want %v", name, got, want)
	}
}

func wantProperty(t *testing.T, name string, f reflect.StructField, properties map[string]any) {
	t.Helper()
	got, _ := properties[fieldName(f.Name)].(map[string]any)
	if got["description"] == nil {
		t.Errorf("%s.%s has no description", name, fieldName(f.Name))
	}
	want := map[reflect.Kind]string{
		reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer", reflect.Float64: "number",
		reflect.String: "string", reflect.Slice: "array", reflect.Pointer: "number",
	}[f.Type.Kind()]
	key := "type"
	switch {
	case f.Type == durationType:
		key, want = "$ref", "#/$defs/duration"
	case f.Type == bytesType:
		want = "string"
	case f.Type == faultType || f.Type.Kind() == reflect.Struct:
		key, want = "$ref", "#/$defs/"+fieldName(f.Name)
	case f.Type.Kind() == reflect.Uint64:
		key = "oneOf"
	case f.Type == directionType || f.Type == demandType || f.Type == endingType || f.Type == errnoType || f.Type == reflect.TypeFor[Distribution]():
		key, want = "enum", ""
	}
	if got[key] == nil || want != "" && got[key] != want {
		t.Errorf("%s.%s has %s %v, want %s", name, fieldName(f.Name), key, got[key], want)
	}
}

// TestSchemaTakesWhatValidateTakes includes examples: every rule that makes sense
// anywhere, and the profiles.
func TestSchemaTakesWhatValidateTakes(t *testing.T) {
	root, m, seen := rootSchema(t), newPlanMaker(4, true), map[string]int{}
	plans := []Plan{{}, handmade}
	for range 8000 {
		p := Plan{Seed: m.Uint64() >> m.IntN(64), Rules: []Rule{m.rule()}}
		if makesSense(p) {
			plans = append(plans, p)
			seen[p.Rules[0].Fault.Kind()]++
		}
	}
	for _, name := range Profiles() {
		for _, medium := range []Medium{Streams, Datagrams} {
			p, _ := Profile(name, medium)
			plans = append(plans, p)
		}
	}
	for _, p := range plans {
		if err := root.check(root, parsed(t, saved(t, p))); err != nil {
			t.Fatalf("the schema refuses %s: %v", saved(t, p), err)
		}
	}
	for _, kind := range kindNames() {
		if seen[kind] == 0 {
			t.Errorf("no %s was tried", kind)
		}
	}
}

func makesSense(p Plan) bool { return p.Validate(Streams) == nil || p.Validate(Datagrams) == nil }

// TestSchemaAgreesWithTheReader breaks plans at random: what the schema takes
// the reader takes, and what the schema refuses either the reader or Validate does.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	root, m := rootSchema(t), newPlanMaker(5, true)
	counts := map[string]int{}
	for range 12000 {
		p := Plan{Rules: []Rule{m.rule()}}
		for range 5 {
			if !makesSense(p) {
				break
			}
			counts[wantAgreement(t, root, m.mutate(parsed(t, saved(t, p))))]++
		}
	}
	for _, what := range []string{"taken", "refused by Validate", "refused by the reader"} {
		if counts[what] < 30 {
			t.Errorf("the cases are %v: too few were %s", counts, what)
		}
	}
}

// wantAgreement checks a plan that may be broken, and returns what became of it.
func wantAgreement(t *testing.T, root schema, plan any) string {
	t.Helper()
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	refusal := root.check(root, plan)
	back, err := ParsePlan(text)
	switch {
	case refusal == nil && err != nil:
		t.Fatalf("the schema takes %s, ParsePlan says %v", text, err)
	case refusal != nil && err == nil && makesSense(back):
		t.Fatalf("the schema refuses %s: %v; the plan makes sense", text, refusal)
	case refusal == nil:
		return "taken"
	case err == nil:
		return "refused by Validate"
	}
	return "refused by the reader"
}

// mutate changes one thing in v at random.
func (m planMaker) mutate(v any) any {
	other := func() any {
		return pick[any](m, nil, true, json.Number("-1"), json.Number("0"), json.Number("3"), json.Number("0.5"),
			"x", "50ms", "-1s", "reset", "to-client", []any{}, map[string]any{})
	}
	switch v := v.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		if len(names) == 0 || m.IntN(8) == 0 {
			v[pick(m, "x", "kind", "name", "matchBase64", "rate", "seed", "comment")] = other()
			return v
		}
		name := pick(m, names...)
		if m.IntN(8) == 0 {
			delete(v, name)
		} else {
			v[name] = m.mutate(v[name])
		}
		return v
	case []any:
		if len(v) > 0 && m.IntN(8) > 0 {
			i := m.IntN(len(v))
			v[i] = m.mutate(v[i])
			return v
		}
	}
	return other()
}

// The test's own reading of the schema must be able to fail.
func TestSchemaRefuses(t *testing.T) {
	root := rootSchema(t)
	for _, text := range []string{
		`[]`, `{"seed": "42"}`, `{"seed": -1}`, `{"x": 1}`, `{"rules": [{}]}`,
		`{"comment": 1}`, `{"comment": "a", "commentBase64": "YQ=="}`,
		`{"rules": [{"fault": {"kind": "reset"}}]}`,
		`{"rules": [{"fault": {"kind": "rest"}, "direction": "to-client"}]}`,
		`{"rules": [{"fault": {"kind": "reset", "delay": "1s"}, "direction": "to-client"}]}`,
		`{"rules": [{"fault": {"kind": "latency", "delay": "1"}, "direction": "to-client"}]}`,
		`{"rules": [{"fault": {"kind": "loss", "rate": 1.5}, "direction": "to-client"}]}`,
		`{"rules": [{"fault": {"kind": "slice", "sizes": [0]}, "direction": "to-client"}]}`,
		`{"rules": [{"fault": {"kind": "reset"}, "direction": "to-client", "after": {"match": "a", "matchBase64": "YQ=="}}]}`,
		`{"rules": [{"fault": {"kind": "reset"}, "direction": "to-client", "after": {"matchBase64": "YQ"}}]}`,
	} {
		if root.check(root, parsed(t, text)) == nil {
			t.Errorf("the schema takes %s", text)
		}
	}
}
