package fault

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// GoString returns Go source that makes an equal plan, one rule a line, as a person
// would write it. It is what %#v prints. The source needs the import of this
// package, where there are durations, that of time, where there is an AfterMatchIn or
// a Restart's How, that of package transcript, and where there is a FailAccept's Errno, that of
// syscall. Plans that Validate refuses have source too, which may need package math and transcript.
func (p Plan) GoString() string {
	var fields []string
	if p.Comment != "" {
		fields = append(fields, "Comment: "+strconv.Quote(p.Comment))
	}
	if p.Seed != 0 {
		fields = append(fields, "Seed: "+goSeed(p.Seed))
	}
	if p.Rules != nil {
		var rules strings.Builder
		for _, r := range p.Rules {
			rules.WriteString("\n\t" + r.GoString() + ",")
		}
		if len(p.Rules) > 0 {
			rules.WriteString("\n")
		}
		fields = append(fields, "Rules: []fault.Rule{"+rules.String()+"}")
	}
	return "fault.Plan{" + strings.Join(fields, ", ") + "}"
}

// GoString returns Go source that makes an equal rule, as Plan's GoString does:
// fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3).
func (r Rule) GoString() string {
	var b strings.Builder
	b.WriteString(r.goBeginning())
	r.goPlace(&b)
	if r.Probability != nil {
		b.WriteString(".WithProbability(" + goFloat(*r.Probability) + ")")
	}
	if r.Limit != 0 {
		fmt.Fprintf(&b, ".Times(%d)", r.Limit)
	}
	switch r.Demand {
	case NeedNotFire:
		b.WriteString(".NeedNotFire()")
	case MustHit:
		b.WriteString(".MustHit()")
	}
	if r.Name != "" {
		fmt.Fprintf(&b, ".Named(%s)", strconv.Quote(r.Name))
	}
	return b.String()
}

// goBeginning returns what makes a rule of the fault, and says by the way what no method can.
func (r Rule) goBeginning() string {
	f := goFault(r.Fault)
	odd := r.After.oddMatch()
	if _, ok := demands[r.Demand]; ok && odd == "" {
		switch r.Direction {
		case transcript.FromClient:
			return "fault.FromClient(" + f + ")"
		case transcript.ToClient:
			return "fault.ToClient(" + f + ")"
		case transcript.Neither:
			return "fault.OnAccept(" + f + ")"
		case ServerStart:
			return "fault.AtStart(" + f + ")"
		}
	}
	return fmt.Sprintf("fault.Rule{Fault: %s, Direction: transcript.Direction(%d), Demand: fault.Demand(%d)%s}", f, r.Direction, r.Demand, odd)
}

// goPlace writes the calls that say where the rule begins and ends.
func (r Rule) goPlace(b *strings.Builder) {
	call := func(name string, n int64) {
		if n != 0 {
			fmt.Fprintf(b, ".%s(%d)", name, n)
		}
	}
	callTime := func(name string, d time.Duration) {
		if d != 0 {
			fmt.Fprintf(b, ".%s(%s)", name, goDuration(d))
		}
	}
	if r.Conns.Only != nil {
		b.WriteString(".OnConn(" + goArguments(r.Conns.Only) + ")")
	}
	call("FromConn", int64(r.Conns.From))
	if r.Contains != nil {
		fmt.Fprintf(b, ".Containing(%s)", strconv.Quote(string(r.Contains)))
	}
	call("AfterBytes", r.After.Bytes)
	call("AfterDatagrams", r.After.Datagrams)
	call("AfterWrites", r.After.Writes)
	r.After.goMatch(b)
	call("Plus", r.After.Plus)
	callTime("AfterTime", r.After.Time)
	if r.After.Now {
		b.WriteString(".Now()")
	}
	call("ForBytes", r.Until.Bytes)
	call("ForDatagrams", r.Until.Datagrams)
	callTime("ForTime", r.Until.Time)
}

// goArguments returns what to call OnConn with. Without arguments it would set nil.
func goArguments(conns []int) string {
	if len(conns) == 0 {
		return "[]int{}..."
	}
	return goList(reflect.ValueOf(conns))
}

// goFault returns the source of a fault.
func goFault(f Fault) string {
	if f == nil {
		return "nil"
	}
	v := reflect.ValueOf(f)
	switch {
	case knownFault(v.Type()):
		return goLiteral(v)
	case v.Kind() == reflect.Pointer && knownFault(v.Type().Elem()) && v.IsNil():
		return "(*" + v.Type().Elem().String() + ")(nil)"
	case v.Kind() == reflect.Pointer && knownFault(v.Type().Elem()):
		return "&" + goLiteral(v.Elem())
	}
	return fmt.Sprintf("%#v", f)
}

// goLiteral returns the composite literal of a fault, without its zero fields.
func goLiteral(v reflect.Value) string {
	var fields []string
	for f := range fieldsOf(v.Type()) {
		if field := v.FieldByIndex(f.Index); !field.IsZero() {
			fields = append(fields, f.Name+": "+goValue(field))
		}
	}
	return v.Type().String() + "{" + strings.Join(fields, ", ") + "}"
}

func goValue(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return goDuration(x)
	case transcript.Ending:
		return goEnding(x)
	case syscall.Errno:
		return goErrno(x)
	case Distribution:
		return goDistribution(x)
	case float64:
		return goFloat(x)
	case string:
		return strconv.Quote(x)
	case []byte:
		return "[]byte(" + strconv.Quote(string(x)) + ")"
	}
	if v.Kind() == reflect.Slice {
		return v.Type().String() + "{" + goList(v) + "}"
	}
	return fmt.Sprintf("%#v", v.Interface())
}

func goList(v reflect.Value) string {
	elems := make([]string, v.Len())
	for i := range elems {
		elems[i] = fmt.Sprint(v.Index(i))
	}
	return strings.Join(elems, ", ")
}

func goDistribution(d Distribution) string {
	switch d {
	case Uniform:
		return "fault.Uniform"
	case Normal:
		return "fault.Normal"
	case Pareto:
		return "fault.Pareto"
	case LogNormal:
		return "fault.LogNormal"
	}
	return strconv.Quote(string(d))
}

func goEnding(e transcript.Ending) string {
	switch e {
	case transcript.ByFIN:
		return "transcript.ByFIN"
	case transcript.ByRST:
		return "transcript.ByRST"
	}
	return fmt.Sprintf("transcript.Ending(%d)", e)
}

func goErrno(e syscall.Errno) string {
	if name, ok := errnos[e]; ok {
		return "syscall." + name
	}
	return fmt.Sprintf("syscall.Errno(%d)", uint(e))
}

// goFloat returns the shortest literal of f.
func goFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "math.NaN()"
	case math.IsInf(f, 0):
		return fmt.Sprintf("math.Inf(%d)", cmp.Compare(f, 0))
	case f == 0 && math.Signbit(f):
		return "math.Copysign(0, -1)" // Go's constants have no negative zero
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// goSeed writes seeds as JSON does: large ones in hexadecimal.
func goSeed(seed uint64) string {
	if seed > exactInFloat64 {
		return fmt.Sprintf("%#x", seed)
	}
	return strconv.FormatUint(seed, 10)
}

// goDuration returns d in the largest unit that gives an integer.
func goDuration(d time.Duration) string {
	if d == Forever {
		return "fault.Forever"
	}
	for _, unit := range []struct {
		size time.Duration
		name string
	}{
		{time.Hour, "time.Hour"},
		{time.Minute, "time.Minute"},
		{time.Second, "time.Second"},
		{time.Millisecond, "time.Millisecond"},
		{time.Microsecond, "time.Microsecond"},
	} {
		switch {
		case d == unit.size:
			return unit.name
		case d%unit.size == 0:
			return fmt.Sprintf("%d * %s", d/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d * time.Nanosecond", d)
}
