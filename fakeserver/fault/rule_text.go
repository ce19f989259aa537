package fault

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// String returns the rule in words: "reset to the client after 3 bytes on conn 1". For Go source
// that makes the rule, see GoString.
func (r Rule) String() string {
	words := []string{describeFault(r.Fault), describeWay(r.Direction)}
	if r.Contains != nil {
		words = append(words, "on those with "+strconv.Quote(string(r.Contains)))
	}
	words = append(words, r.After.words()...)
	words = append(words, r.Until.words()...)
	words = append(words, r.Conns.words(r.sender())...)
	if r.Probability != nil {
		words = append(words, fmt.Sprintf("with probability %v", *r.Probability))
	}
	if r.Limit > 0 {
		words = append(words, "at most "+human.Count(int64(r.Limit), "time"))
	}
	text := strings.Join(words, " ")
	switch r.Demand {
	case NeedNotFire:
		text += ", which need not fire"
	case MustHit:
		text += ", which must hit"
	}
	if r.Name != "" {
		text = r.Name + ": " + text
	}
	return text
}

// sender returns what the rule's connections are called: "peer", if it is for datagrams only.
func (r Rule) sender() string {
	if r.Fault != nil && r.Direction != transcript.Neither && (!worksOn(r.Fault, Streams) || r.After.Datagrams > 0 || r.Until.Datagrams > 0) {
		return "peer"
	}
	return "conn"
}

// describeFault returns a fault's kind, and those of its fields that are set: "loss (rate 0.1)".
func describeFault(f Fault) string {
	v := reflect.Indirect(reflect.ValueOf(f))
	if !v.IsValid() {
		return "no fault"
	}
	if !knownFault(v.Type()) {
		return v.Type().String()
	}
	var set []string
	for field := range fieldsOf(v.Type()) {
		if value := v.FieldByIndex(field.Index); !value.IsZero() {
			set = append(set, describeNamed(field.Name, value))
		}
	}
	kind := v.Interface().(Fault).Kind()
	if len(set) == 0 {
		return kind
	}
	return kind + " (" + strings.Join(set, ", ") + ")"
}

// describeNamed returns a field with its name: "rate 0.1", or "for good".
func describeNamed(name string, v reflect.Value) string {
	if v.Type() == durationType && time.Duration(v.Int()) == Forever {
		return lasting(Forever)
	}
	return fieldWords(name) + " " + describeField(v)
}

// fieldWords returns a field's name in words: "bytes per second".
func fieldWords(name string) string {
	var b strings.Builder
	for i, c := range name {
		if i > 0 && 'A' <= c && c <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return strings.ToLower(b.String())
}

func describeField(v reflect.Value) string {
	if isText(v.Type()) {
		return strconv.Quote(v.Convert(stringType).String())
	}
	if v.Kind() == reflect.Slice {
		return goList(v)
	}
	if errno, ok := v.Interface().(syscall.Errno); ok && errnos[errno] != "" {
		return errnos[errno]
	}
	return fmt.Sprint(v)
}

func describeWay(d transcript.Direction) string {
	switch d {
	case transcript.FromClient:
		return "from the client"
	case transcript.ToClient:
		return "to the client"
	case transcript.Neither:
		return "on accept"
	case ServerStart:
		return "at the server's start"
	}
	return fmt.Sprintf("in direction %d", d)
}

// words says where the rule begins; nothing if that is the beginning.
func (t Trigger) words() []string {
	var after []string
	if t.Bytes != 0 {
		after = append(after, human.Count(t.Bytes, "byte"))
	}
	if t.Datagrams != 0 {
		after = append(after, human.Count(t.Datagrams, "datagram"))
	}
	if t.Writes != 0 {
		after = append(after, human.Count(t.Writes, "write"))
	}
	if match := t.matchWords(); match != "" {
		after = append(after, match)
	}
	if t.Time != 0 {
		after = append(after, t.Time.String())
	}
	var words []string
	if len(after) > 0 {
		words = append(words, "after "+strings.Join(after, " and "))
	}
	if t.Now {
		words = append(words, "from now on")
	}
	return words
}

// words says how long the rule acts; nothing if that is to the end.
func (u Window) words() []string {
	var length []string
	if u.Bytes != 0 {
		length = append(length, human.Count(u.Bytes, "byte"))
	}
	if u.Datagrams != 0 {
		length = append(length, human.Count(u.Datagrams, "datagram"))
	}
	if u.Time != 0 {
		length = append(length, u.Time.String())
	}
	if len(length) == 0 {
		return nil
	}
	return []string{"for " + strings.Join(length, " or ")}
}

// words says which connections are selected, which are called conn or peer; nothing if all are.
func (c Conns) words(called string) []string {
	var words []string
	if len(c.Only) > 1 {
		words = append(words, "on "+called+"s "+goList(reflect.ValueOf(c.Only)))
	} else if len(c.Only) == 1 {
		words = append(words, fmt.Sprintf("on %s %d", called, c.Only[0]))
	}
	if c.From > 0 {
		words = append(words, fmt.Sprintf("on %s %d and later ones", called, c.From))
	}
	return words
}
