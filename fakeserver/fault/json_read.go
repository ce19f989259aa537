package fault

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// readJSON sets v, which is a Plan or a Rule, from JSON text.
func readJSON(text []byte, v reflect.Value) error {
	n, err := parseJSON(text)
	if err != nil {
		return err
	}
	if v.Type() == ruleType {
		if err := readValue("", n, v); err != nil {
			return fmt.Errorf("rule%s: %w", inBrackets(n.ruleName()), err)
		}
		return nil
	}
	return readValue("", n, v)
}

// readValue sets v, from n. Errors name it by its path in the rule.
func readValue(at string, n node, v reflect.Value) error {
	switch v.Type() {
	case ruleType:
		return readRule(n, v)
	case faultType:
		return readFault(at, n, v)
	case durationType:
		return readDuration(at, n, v)
	case directionType:
		return readDirection(at, n, v)
	case endingType:
		return readEnding(at, n, v)
	case errnoType:
		return readErrno(at, n, v)
	case demandType:
		return readDemand(at, n, v)
	case stateType:
		return readWord(at, n, v, states)
	case mediumType:
		return readWord(at, n, v, media)
	}
	switch v.Kind() {
	case reflect.Struct:
		return readStruct(at, n, v)
	case reflect.Slice:
		return readSlice(at, n, v)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return readValue(at, n, v.Elem())
	case reflect.Bool:
		if n.kind != isBool {
			return wrong(at, "true or false", n)
		}
		v.SetBool(n.text == "true")
		return nil
	case reflect.String:
		if n.kind != isString || !isReadable(n.text) {
			return wrong(at, "a word", n)
		}
		v.SetString(n.text)
		return nil
	}
	return readNumber(at, n, v)
}

func readNumber(at string, n node, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(n.text, 10, v.Type().Bits())
		if n.kind != isNumber || err != nil {
			return wrong(at, fmt.Sprintf("an integer of %d bits", v.Type().Bits()), n)
		}
		v.SetInt(i)
	case reflect.Uint64:
		seed, err := strconv.ParseUint(n.text, 10, 64)
		if hex, ok := strings.CutPrefix(n.text, "0x"); ok { // numbers don't begin so
			seed, err = strconv.ParseUint(hex, 16, 64)
		} else if n.kind != isNumber {
			err = strconv.ErrSyntax
		}
		if err != nil {
			return wrong(at, `a number from 0 to 2^64-1 or a text such as "0x2a"`, n)
		}
		v.SetUint(seed)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.text, 64)
		if n.kind != isNumber || err != nil {
			return wrong(at, "a number", n)
		}
		v.SetFloat(f)
	default:
		return fmt.Errorf("%s: a %v has no JSON", at, v.Type())
	}
	return nil
}

func readDuration(at string, n node, v reflect.Value) error {
	if n.kind == isString && n.text == forever {
		v.SetInt(int64(Forever))
		return nil
	}
	d, err := time.ParseDuration(n.text)
	if n.kind != isString || err != nil {
		return wrong(at, `a duration such as "50ms"`, n)
	}
	v.SetInt(int64(d))
	return nil
}

func readDirection(at string, n node, v reflect.Value) error {
	words := `"from-client", "to-client", "on-accept" or "at-start"`
	if at == matchInPath {
		words = `"from-client" or "to-client"`
	}
	for d, word := range directionsAt(at) {
		if n.text == word {
			v.SetUint(uint64(d))
			return nil
		}
	}
	return wrong(at, words, n)
}

func readEnding(at string, n node, v reflect.Value) error {
	for e, word := range endings {
		if n.text == word {
			v.SetUint(uint64(e))
			return nil
		}
	}
	return wrong(at, `"fin" or "rst"`, n)
}

func readErrno(at string, n node, v reflect.Value) error {
	for errno, word := range errnos {
		if n.text == word {
			v.SetUint(uint64(errno))
			return nil
		}
	}
	return wrong(at, `"EMFILE", "ENFILE", "ENOBUFS" or "ENOMEM"`, n)
}

func readDemand(at string, n node, v reflect.Value) error {
	for d, word := range demands {
		if n.text == word {
			v.SetUint(uint64(d))
			return nil
		}
	}
	return wrong(at, `"may-miss", "need-not-fire" or "must-hit"`, n)
}

func readSlice(at string, n node, v reflect.Value) error {
	if n.kind != isArray {
		return wrong(at, "an array", n)
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.elems), len(n.elems)))
	for i, elem := range n.elems {
		err := readValue(fmt.Sprintf("%s[%d]", at, i), elem, v.Index(i))
		switch {
		case err == nil:
		case v.Type().Elem() == ruleType:
			return fmt.Errorf("rule %d%s: %w", i+1, inBrackets(elem.ruleName()), err)
		default:
			return err
		}
	}
	return nil
}

func readRule(n node, v reflect.Value) error {
	if err := readStruct("", n, v); err != nil {
		return err
	}
	for _, name := range []string{"fault", "direction"} {
		if len(n.all(name)) == 0 {
			return fmt.Errorf("%s: missing", name)
		}
	}
	return nil
}

// readFault sets v to the fault that n's kind says.
func readFault(at string, n node, v reflect.Value) error {
	kinds := n.all("kind")
	switch {
	case n.kind != isObject:
		return wrong(at, "an object with a kind", n)
	case len(kinds) == 0:
		return fmt.Errorf("%s.kind: missing", at)
	case len(kinds) > 1:
		return fmt.Errorf("%s.kind: given twice", at)
	}
	for _, f := range faults {
		if kinds[0].text == f.Kind() {
			fields := reflect.New(reflect.TypeOf(f)).Elem()
			err := readStruct(at, n.without("kind"), fields)
			v.Set(fields)
			return err
		}
	}
	return wrong(at+".kind", "one of "+strings.Join(kindNames(), ", "), kinds[0])
}

// readStruct sets the fields of v from the object n.
func readStruct(at string, n node, v reflect.Value) error {
	if n.kind != isObject {
		return wrong(at, "an object", n)
	}
	seen := map[string]bool{}
	for i, name := range n.names {
		if seen[name] {
			return fmt.Errorf("%s: given twice", under(at, name))
		}
		seen[name] = true
		if plain, ok := strings.CutSuffix(name, base64Suffix); ok && seen[plain] || seen[name+base64Suffix] {
			return fmt.Errorf("%s: given as text and in base64", under(at, strings.TrimSuffix(name, base64Suffix)))
		}
		if err := readMember(at, name, n.elems[i], v); err != nil {
			return err
		}
	}
	return nil
}

// readMember sets the field of v that has the given name in JSON.
func readMember(at, name string, n node, v reflect.Value) error {
	at = under(at, name)
	for f := range fieldsOf(v.Type()) {
		field := v.FieldByIndex(f.Index)
		switch {
		case fieldName(f.Name) == name && isText(f.Type):
			if n.kind != isString {
				return wrong(at, "a text", n)
			}
			setText(field, n.text)
			return nil
		case fieldName(f.Name) == name:
			return readValue(at, n, field)
		case fieldName(f.Name)+base64Suffix == name && isText(f.Type):
			text, err := base64.StdEncoding.Strict().DecodeString(n.text)
			if n.kind != isString || err != nil || strings.ContainsAny(n.text, "\r\n") {
				return wrong(at, "a text in base64", n)
			}
			setText(field, string(text))
			return nil
		}
	}
	if v.NumField() == 0 {
		return fmt.Errorf("%s: unknown field, want none", at)
	}
	return fmt.Errorf("%s: unknown field, want one of %s", at, strings.Join(fieldNames(v.Type()), ", "))
}

// setText sets a string, or bytes.
func setText(v reflect.Value, text string) { v.Set(reflect.ValueOf(text).Convert(v.Type())) }

// wrong says what is in a field instead of what should be.
func wrong(at, want string, n node) error {
	if at == "" {
		return errors.New("want " + want + ", got " + n.describe())
	}
	return fmt.Errorf("%s: want %s, got %s", at, want, n.describe())
}
