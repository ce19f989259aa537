package fault

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A jsonWriter writes plans.
type jsonWriter struct{ text []byte }

// value writes v. Errors name it by its path in the rule.
func (w *jsonWriter) value(at string, v reflect.Value) error {
	switch v.Type() {
	case faultType:
		return w.fault(at, v)
	case durationType:
		w.duration(time.Duration(v.Int()))
		return nil
	case directionType:
		return w.direction(at, transcript.Direction(v.Uint()))
	case endingType:
		word, ok := endings[transcript.Ending(v.Uint())]
		if !ok {
			return fmt.Errorf("%s is %v: want ByFIN or ByRST", at, transcript.Ending(v.Uint()))
		}
		w.quoted(word)
		return nil
	case errnoType:
		word, ok := errnos[syscall.Errno(v.Uint())]
		if !ok {
			return fmt.Errorf("%s is %d: want %s", at, v.Uint(), acceptErrnos)
		}
		w.quoted(word)
		return nil
	case demandType:
		word, ok := demands[Demand(v.Uint())]
		if !ok {
			return fmt.Errorf("%s is %d: want MayMiss, NeedNotFire or MustHit", at, v.Uint())
		}
		w.quoted(word)
		return nil
	case stateType:
		return w.word(at, states[State(v.Uint())], v)
	case mediumType:
		return w.word(at, media[Medium(v.Uint())], v)
	}
	switch v.Kind() {
	case reflect.Struct:
		return w.object(at, v, nil)
	case reflect.Slice:
		return w.array(at, v)
	case reflect.Pointer:
		return w.value(at, v.Elem())
	case reflect.Float64:
		return w.number(at, v.Float())
	case reflect.Bool:
		w.text = strconv.AppendBool(w.text, v.Bool())
	case reflect.Int, reflect.Int64:
		w.text = strconv.AppendInt(w.text, v.Int(), 10)
	case reflect.Uint64:
		w.seed(v.Uint())
	case reflect.String:
		if !isReadable(v.String()) {
			return fmt.Errorf("%s is %q: not printable", at, v.String())
		}
		w.quoted(v.String())
	default:
		return fmt.Errorf("%s: a %v has no JSON", at, v.Type())
	}
	return nil
}

// word writes the word for v, which has none if word is empty.
func (w *jsonWriter) word(at, word string, v reflect.Value) error {
	if word == "" {
		return fmt.Errorf("%s is %d, which is no %v", at, v.Uint(), v.Type())
	}
	w.quoted(word)
	return nil
}

// object writes v as an object that begins with the given members.
func (w *jsonWriter) object(at string, v reflect.Value, members []byte) error {
	w.text = append(w.text, '{')
	w.text = append(w.text, members...)
	first := len(members) == 0
	for f := range fieldsOf(v.Type()) {
		field := v.FieldByIndex(f.Index)
		if field.IsZero() && f.Name != "Direction" && f.Type != faultType && f.Type != stateType {
			continue
		}
		if !first {
			w.text = append(w.text, ',')
		}
		first = false
		if err := w.member(at, fieldName(f.Name), field); err != nil {
			return err
		}
	}
	w.text = append(w.text, '}')
	return nil
}

// member writes a field of the object at a path.
func (w *jsonWriter) member(at, name string, v reflect.Value) error {
	if !isText(v.Type()) {
		w.quoted(name)
		w.text = append(w.text, ':')
		if v.Type() == ruleType { // of which errors name the fields
			return w.value("", v)
		}
		return w.value(under(at, name), v)
	}
	text := v.Convert(stringType).String()
	if !isReadable(text) {
		name, text = name+base64Suffix, base64.StdEncoding.EncodeToString([]byte(text))
	}
	w.quoted(name)
	w.text = append(w.text, ':')
	w.quoted(text)
	return nil
}

func (w *jsonWriter) array(at string, v reflect.Value) error {
	w.text = append(w.text, '[')
	for i := range v.Len() {
		if i > 0 {
			w.text = append(w.text, ',')
		}
		if err := w.element(at, i, v.Index(i)); err != nil {
			return err
		}
	}
	w.text = append(w.text, ']')
	return nil
}

// element writes element i of an array. Errors name a rule by its number.
func (w *jsonWriter) element(at string, i int, v reflect.Value) error {
	if v.Type() != ruleType {
		return w.value(fmt.Sprintf("%s[%d]", at, i), v)
	}
	if err := w.value("", v); err != nil {
		return fmt.Errorf("rule %d%s: %w", i+1, inBrackets(v.Interface().(Rule).Name), err)
	}
	return nil
}

// fault writes the fault in v, and its kind first.
func (w *jsonWriter) fault(at string, v reflect.Value) error {
	if v.IsNil() {
		return errors.New("Fault is nil")
	}
	value := v.Elem()
	if value.Kind() == reflect.Pointer {
		if value.IsNil() {
			return errors.New("Fault is a nil pointer")
		}
		value = value.Elem()
	}
	if !knownFault(value.Type()) {
		return fmt.Errorf("Fault is a %v, which is no fault of this package", value.Type())
	}
	kind := value.Interface().(Fault).Kind()
	return w.object(at, value, fmt.Appendf(nil, `"kind":%q`, kind))
}

func (w *jsonWriter) direction(at string, d transcript.Direction) error {
	word, ok := directionsAt(at)[d]
	switch {
	case ok:
		w.quoted(word)
		return nil
	case at == matchInPath:
		return fmt.Errorf("%s is %d: want FromClient or ToClient", at, d)
	}
	return fmt.Errorf("%s is %d: make the rule with FromClient, ToClient, OnAccept or AtStart", at, d)
}

// number writes a float in the shortest form that reads back as the same.
func (w *jsonWriter) number(at string, f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("%s is %v, which has no JSON", at, f)
	}
	w.text = strconv.AppendFloat(w.text, f, 'g', -1, 64)
	return nil
}

// exactInFloat64 is 2^53, up to which a float64 tells all integers apart.
const exactInFloat64 = 1 << 53

func (w *jsonWriter) seed(n uint64) {
	if n <= exactInFloat64 {
		w.text = strconv.AppendUint(w.text, n, 10)
		return
	}
	w.quoted(fmt.Sprintf("%#x", n))
}

func (w *jsonWriter) duration(d time.Duration) {
	if d == Forever {
		w.quoted(forever)
		return
	}
	w.quoted(d.String())
}

// quoted writes a readable text. For those Go and JSON have the same quotes.
func (w *jsonWriter) quoted(s string) { w.text = strconv.AppendQuote(w.text, s) }

// under returns the path of a field of what is at a path.
func under(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
