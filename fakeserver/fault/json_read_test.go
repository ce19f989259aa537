package fault

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// refusals are texts that are no plan, and what the error says.
var refusals = []struct{ text, want string }{
	{``, "unexpected end of JSON input"},
	{"{\n\"seed\": 1,\n}", "line 3: invalid character '}'"},
	{`{} {}`, "after top-level value"},
	{`{"seed": 1}x`, "after top-level value"},
	{`null`, "want an object, got null"},
	{`[]`, "want an object, got an array"},
	{`"plan"`, `want an object, got the text "plan"`},
	{`{"rulez": []}`, "rulez: unknown field, want one of comment, seed, rules"},
	{`{"comment": ["a"]}`, "comment: want a text, got an array"},
	{`{"comment": "a", "commentBase64": "YQ=="}`, "comment: given as text and in base64"},
	{`{"Seed": 1}`, "Seed: unknown field"},
	{`{"seed": 1, "seed": 1}`, "seed: given twice"},
	{`{"seed": null}`, `seed: want a number from 0 to 2^64-1 or a text such as "0x2a", got null`},
	{`{"seed": -1}`, "seed: want"},
	{`{"seed": 1.0}`, "seed: want"},
	{`{"seed": 1e3}`, "seed: want"},
	{`{"seed": "42"}`, "seed: want"},
	{`{"seed": "0x"}`, "seed: want"},
	{`{"seed": "0x1_0"}`, "seed: want"},
	{`{"seed": 18446744073709551616}`, "seed: want"},
	{`{"seed": "0x10000000000000000"}`, "seed: want"},
	{`{"rules": null}`, "rules: want an array, got null"},
	{`{"rules": {}}`, "rules: want an array, got an object"},
	{`{"rules": [null]}`, "rule 1: want an object, got null"},
	{"{\"seed\": \"\xff\"}", "not valid UTF-8"},
	{`{"rules": ` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, "exceeded max depth"},
}

// ruleRefusals are texts that are no rule. They come second in a plan, and the error
// must say so.
var ruleRefusals = []struct{ text, want string }{
	{`{"direction": "to-client"}`, ": fault: missing"},
	{`{"fault": {"kind": "reset"}}`, ": direction: missing"},
	{`{"fault": {"kind": "reset"}, "direction": "ToClient"}`, `: direction: want "from-client", "to-client", "on-accept" or "at-start", got the text "ToClient"`},
	{`{"fault": {"kind": "reset"}, "direction": 1}`, ": direction: want"},
	{`{"fault": {"kind": "reset"}, "direction": null}`, ": direction: want"},
	{`{"fault": {"kind": "reset"}, DIR, "after": {"match": "x", "matchIn": "on-accept"}}`, `: after.matchIn: want "from-client" or "to-client", got the text "on-accept"`},
	{`{"fault": {"kind": "reset"}, DIR, "after": {"match": "x", "matchIn": "at-start"}}`, `: after.matchIn: want "from-client" or "to-client", got the text "at-start"`},
	{`{"fault": {"kind": "reset"}, DIR, "contains": "a", "containsBase64": "YQ=="}`, ": contains: given as text and in base64"},
	{`{"fault": "reset", DIR}`, `: fault: want an object with a kind, got the text "reset"`},
	{`{"fault": null, DIR}`, ": fault: want an object with a kind, got null"},
	{`{"fault": {}, DIR}`, ": fault.kind: missing"},
	{`{"fault": {"kind": "rest"}, DIR}`, `: fault.kind: want one of bandwidth, blackhole, `},
	{`{"fault": {"kind": ["reset"]}, DIR}`, ": fault.kind: want one of"},
	{`{"fault": {"kind": "reset", "kind": "close"}, DIR}`, ": fault.kind: given twice"},
	{`{"fault": {"kind": "reset", "delay": "1s"}, DIR}`, ": fault.delay: unknown field, want none"},
	{`{"fault": {"kind": "latency", "dealy": "1s"}, DIR}`, ": fault.dealy: unknown field, want one of delay, jitter, distribution"},
	{`{"fault": {"kind": "latency", "delayBase64": ""}, DIR}`, ": fault.delayBase64: unknown field"},
	{`{"fault": {"kind": "latency", "delay": 50}, DIR}`, `: fault.delay: want a duration such as "50ms", got the number 50`},
	{`{"fault": {"kind": "latency", "delay": "50"}, DIR}`, ": fault.delay: want a duration"},
	{`{"fault": {"kind": "latency", "delay": "300000000h"}, DIR}`, ": fault.delay: want a duration"},
	{`{"fault": {"kind": "latency", "distribution": 1}, DIR}`, ": fault.distribution: want a word, got the number 1"},
	{`{"fault": {"kind": "latency", "distribution": "\u0000"}, DIR}`, `: fault.distribution: want a word, got the text "\x00"`},
	{`{"fault": {"kind": "slice", "sizes": [1, "2"]}, DIR}`, `: fault.sizes[1]: want an integer of 64 bits, got the text "2"`},
	{`{"fault": {"kind": "slice", "sizes": 1}, DIR}`, ": fault.sizes: want an array"},
	{`{"fault": {"kind": "slice", "size": 1.5}, DIR}`, ": fault.size: want an integer of 64 bits, got the number 1.5"},
	{`{"fault": {"kind": "slice", "size": 9223372036854775808}, DIR}`, ": fault.size: want an integer"},
	{`{"fault": {"kind": "loss", "rate": "0.5"}, DIR}`, `: fault.rate: want a number, got the text "0.5"`},
	{`{"fault": {"kind": "loss", "rate": 1e999}, DIR}`, ": fault.rate: want a number"},
	{`{"fault": {"kind": "hold", "gate": 1}, DIR}`, ": fault.gate: want a text"},
	{`{"fault": {"kind": "hold", "gate": "\ud800"}, DIR}`, `"\ud800" is half of a surrogate pair`},
	{`{"fault": {"kind": "hold", "gate": "\udc00\ud800x"}, DIR}`, "is half of a surrogate pair"},
	{`{OK, "on": 1}`, ": on: unknown field, want one of name, fault, direction, conns,"},
	{`{OK, "conns": [1]}`, ": conns: want an object, got an array"},
	{`{OK, "conns": {"only": 1}}`, ": conns.only: want an array"},
	{`{OK, "conns": {"only": [true]}}`, ": conns.only[0]: want an integer"},
	{`{OK, "after": {"bytes": "3"}}`, ": after.bytes: want an integer"},
	{`{OK, "after": {"bytes": 3, "bytes": 3}}`, ": after.bytes: given twice"},
	{`{OK, "after": {"match": ["a"]}}`, ": after.match: want a text, got an array"},
	{`{OK, "after": {"match": "a", "matchBase64": "YQ=="}}`, ": after.match: given as text and in base64"},
	{`{OK, "after": {"matchBase64": "YQ==", "match": "a"}}`, ": after.match: given as text and in base64"},
	{`{OK, "after": {"matchBase64": "YQ"}}`, ": after.matchBase64: want a text in base64"},
	{`{OK, "after": {"matchBase64": "YR=="}}`, ": after.matchBase64: want a text in base64"},
	{`{OK, "after": {"matchBase64": "Y\nQ=="}}`, ": after.matchBase64: want a text in base64"},
	{`{OK, "after": {"matchBase64": 1}}`, ": after.matchBase64: want a text in base64"},
	{`{OK, "until": {"match": "a"}}`, ": until.match: unknown field"},
	{`{OK, "probability": null}`, ": probability: want a number, got null"},
	{`{OK, "limit": 1e2}`, ": limit: want an integer"},
	{`{"fault": {"kind": "restart", "how": "close"}, "direction": "to-client"}`, `: fault.how: want "fin" or "rst", got the text "close"`},
	{`{"fault": {"kind": "fail-accept", "errno": "ECONNABORTED"}, "direction": "on-accept"}`, `: fault.errno: want "EMFILE", "ENFILE", "ENOBUFS" or "ENOMEM", got the text "ECONNABORTED"`},
	{`{"fault": {"kind": "fail-accept", "errno": 24}, "direction": "on-accept"}`, `: fault.errno: want "EMFILE", "ENFILE", "ENOBUFS" or "ENOMEM", got the number 24`},
	{`{"fault": {"kind": "down", "for": "ever"}, "direction": "to-client"}`, `: fault.for: want a duration such as "50ms", got the text "ever"`},
	{`{OK, "demand": true}`, `: demand: want "may-miss", "need-not-fire" or "must-hit", got true`},
	{`{OK, "demand": "mustHit"}`, `: demand: want "may-miss", "need-not-fire" or "must-hit", got the text "mustHit"`},
	{`{OK, "demand": ["must-hit"]}`, `: demand: want "may-miss", "need-not-fire" or "must-hit", got an array`},
	{`{OK, "optional": true}`, ": optional: unknown field, want one of name, fault, direction, conns, contains, after, until, probability, limit, demand"},
}

func TestParsePlanRefusesWhatIsNoPlan(t *testing.T) {
	for _, tt := range refusals {
		wantRefused(t, tt.text, tt.want)
	}
}

func TestParsePlanRefusesWhatIsNoRule(t *testing.T) {
	for _, tt := range ruleRefusals {
		text := strings.NewReplacer("DIR", `"direction": "to-client"`, "OK", `"fault": {"kind": "close"}, "direction": "to-client"`).Replace(tt.text)
		in, where := `{"rules": [{"fault": {"kind": "reset"}, "direction": "to-client"}, `, "rule 2"
		if strings.HasPrefix(tt.want, ":") {
			wantRefused(t, in+text+`]}`, where+tt.want)
			text = `{"name": "slow",` + text[1:]
			wantRefused(t, in+text+`]}`, where+" (slow)"+tt.want)
		} else {
			wantRefused(t, in+text+`]}`, tt.want)
		}
		rule := Rule{Name: "before"}
		if err := rule.UnmarshalJSON([]byte(text)); !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("UnmarshalJSON of rule %s = %v, want ErrPlan with %q", text, err, tt.want)
		}
		if !reflect.DeepEqual(rule, Rule{Name: "before"}) {
			t.Errorf("UnmarshalJSON of %s changed the rule to %#v", text, rule)
		}
	}
}

// wantRefused checks that text is no plan, and that nothing is made of it.
func wantRefused(t *testing.T, text, want string) {
	t.Helper()
	plan := Plan{Seed: 7}
	err := plan.UnmarshalJSON([]byte(text))
	if !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), want) {
		t.Errorf("UnmarshalJSON(%.200s) = %v, want ErrPlan with %q", text, err, want)
	}
	if !reflect.DeepEqual(plan, Plan{Seed: 7}) {
		t.Errorf("UnmarshalJSON(%.200s) failed and changed the plan to %#v", text, plan)
	}
}

// Twins of surrogates and backslashes are no trouble.
func TestParsePlanTakesTextsThatOnlyLookBroken(t *testing.T) {
	for text, want := range map[string]string{
		`\ud83d\ude00`: "😀",
		`\\ud800`:      `\ud800`,
		`\\\"\ufffd`:   "\\\"\ufffd",
		`a\u0062`:      "ab",
	} {
		p := loaded(t, `{"rules":[{"fault":{"kind":"hold","gate":"`+text+`"},"direction":"to-client"}]}`)
		if got := p.Rules[0].Fault; got != (Hold{Gate: want}) {
			t.Errorf("%s is %#v, want gate %q", text, got, want)
		}
	}
}

// FuzzPlanJSON checks that no text crashes the reader, that what it takes comes back
// the same, and that Validate copes with all of that.
func FuzzPlanJSON(f *testing.F) {
	for _, tt := range refusals[:len(refusals)-1] {
		f.Add([]byte(tt.text))
	}
	for _, seed := range []uint64{1, 2, 3, 4, 5} {
		text, err := json.Marshal(newPlanMaker(seed, false).plan())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		plan, err := ParsePlan(text)
		if err != nil {
			if !errors.Is(err, ErrPlan) {
				t.Errorf("%v does not wrap ErrPlan", err)
			}
			return
		}
		_, _ = plan.Validate(Streams), plan.Validate(Datagrams)
		_ = plan.GoString()
		first, err := plan.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		back := loaded(t, string(first))
		if !reflect.DeepEqual(plan, back) || saved(t, back) != string(first) {
			t.Errorf("%s\nbecame %s\nof %#v\nand %#v", text, first, plan, back)
		}
	})
}
