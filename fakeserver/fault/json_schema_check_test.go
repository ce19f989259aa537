package fault

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A schema is the part of JSON Schema that plan.schema.json uses.
type schema map[string]any

// rootSchema returns the schema, with numbers as they are written.
func rootSchema(t *testing.T) schema {
	t.Helper()
	return parsed(t, PlanSchema()).(map[string]any)
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func (root schema) def(name string) schema {
	def, _ := root["$defs"].(map[string]any)[name].(map[string]any)
	return def
}

// check returns why v does not fit s, or nil. It panics at keywords it does not know.
func (root schema) check(s schema, v any) error {
	for keyword, arg := range s {
		var ok bool
		switch keyword {
		case "$schema", "$defs", "title", "description":
			ok = true
		case "$ref":
			if err := root.check(root.def(strings.TrimPrefix(arg.(string), "#/$defs/")), v); err != nil {
				return err
			}
			ok = true
		case "oneOf":
			ok = root.countFits(arg, v) == 1
		case "allOf":
			ok = root.countFits(arg, v) == len(arg.([]any))
		case "not":
			ok = root.check(arg.(map[string]any), v) != nil
		case "const":
			ok = reflect.DeepEqual(arg, v)
		case "enum":
			ok = slices.Contains(arg.([]any), v)
		default:
			if err := root.checkTyped(s, keyword, v); err != nil {
				return err
			}
			ok = true
		}
		if !ok {
			return fmt.Errorf("%v breaks %s %v", v, keyword, arg)
		}
	}
	return nil
}

func (root schema) countFits(schemas, v any) int {
	n := 0
	for _, s := range schemas.([]any) {
		if root.check(s.(map[string]any), v) == nil {
			n++
		}
	}
	return n
}

// checkTyped checks a keyword that is about one type, and else says nothing.
func (root schema) checkTyped(s schema, keyword string, v any) error {
	ok, arg := true, s[keyword]
	switch v := v.(type) {
	case map[string]any:
		switch keyword {
		case "required":
			for _, name := range arg.([]any) {
				ok = ok && v[name.(string)] != nil
			}
		case "additionalProperties":
			for name := range v {
				ok = ok && s["properties"].(map[string]any)[name] != nil
			}
		case "properties":
			for name, of := range arg.(map[string]any) {
				if member, has := v[name]; has {
					if err := root.check(of.(map[string]any), member); err != nil {
						return fmt.Errorf("%s: %w", name, err)
					}
				}
			}
		}
	case []any:
		for _, elem := range v {
			if keyword == "items" {
				ok = ok && root.check(arg.(map[string]any), elem) == nil
			}
		}
	case string:
		ok = keyword != "pattern" || regexp.MustCompile(arg.(string)).MatchString(v)
	case json.Number:
		limit, _ := new(big.Rat).SetString(fmt.Sprint(arg))
		n, _ := new(big.Rat).SetString(v.String())
		ok = (keyword != "minimum" || n.Cmp(limit) >= 0) && (keyword != "maximum" || n.Cmp(limit) <= 0)
	}
	switch keyword {
	case "type":
		ok = hasType(v, arg.(string))
	case "required", "additionalProperties", "properties", "items", "pattern", "minimum", "maximum":
	default:
		panic("the test does not know the keyword " + keyword)
	}
	if !ok {
		return fmt.Errorf("%v breaks %s %v", v, keyword, arg)
	}
	return nil
}

func hasType(v any, name string) bool {
	switch v := v.(type) {
	case map[string]any:
		return name == "object"
	case []any:
		return name == "array"
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case json.Number:
		return name == "number" || name == "integer" && !strings.ContainsAny(v.String(), ".eE")
	}
	return false
}
