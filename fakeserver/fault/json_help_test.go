package fault

import (
	"math"
	"math/rand/v2"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A planMaker makes random plans out of the Go types themselves, so that no fault
// and no field is forgotten.
type planMaker struct {
	*rand.Rand
	sane bool // values that a field by itself may have
}

func newPlanMaker(seed uint64, sane bool) planMaker {
	return planMaker{rand.New(rand.NewPCG(seed, seed)), sane}
}

func (m planMaker) plan() Plan {
	p := Plan{Seed: m.Uint64() >> m.IntN(64)}
	m.fill(reflect.ValueOf(&p.Comment).Elem())
	for range m.IntN(4) {
		p.Rules = append(p.Rules, m.rule())
	}
	return p
}

func (m planMaker) rule() Rule {
	var r Rule
	for i := range reflect.TypeFor[Rule]().NumField() {
		m.fill(reflect.ValueOf(&r).Elem().Field(i))
	}
	if m.IntN(4) == 0 {
		r.Direction = ServerStart
	}
	return r
}

// fill sets v at random, often to zero: sane rules with too much in them seldom
// make sense.
func (m planMaker) fill(v reflect.Value) {
	switch v.Type() {
	case faultType:
		f := reflect.New(reflect.TypeOf(pick(m, faults...))).Elem()
		for i := range f.NumField() {
			m.fill(f.Field(i))
		}
		v.Set(f)
		return
	case directionType:
		v.SetUint(m.Uint64N(1 + uint64(len(matchDirections))))
		return
	case endingType:
		v.SetUint(uint64(pick(m, 0, transcript.ByFIN, transcript.ByRST)))
		return
	case errnoType:
		v.SetUint(uint64(pick(m, 0, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM)))
		return
	case demandType:
		v.SetUint(m.Uint64N(uint64(len(demands))))
		return
	}
	if m.sane && m.IntN(2) == 0 || v.Kind() != reflect.Struct && m.IntN(3) == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			m.fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), m.IntN(4), 5))
		for i := range v.Len() {
			m.fill(v.Index(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		m.fill(v.Elem())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		m.fillString(v)
	default:
		m.fillNumber(v)
	}
}

func (m planMaker) fillNumber(v reflect.Value) {
	switch {
	case v.Kind() == reflect.Uint64:
		v.SetUint(m.Uint64() >> m.IntN(64))
	case v.Kind() == reflect.Uint8:
		v.SetUint(m.Uint64N(256))
	case v.Kind() == reflect.Float64 && m.sane:
		v.SetFloat(pick(m, .5, 1, m.Float64(), 1e-9))
	case v.Kind() == reflect.Float64:
		v.SetFloat(pick(m, 1.5, -1, m.NormFloat64(), math.MaxFloat64, math.SmallestNonzeroFloat64, math.Copysign(0, -1)))
	case m.sane:
		v.SetInt(pick(m, 1, 3, m.Int64N(1000), m.Int64N(int64(time.Hour)), math.MaxInt64))
	default:
		v.SetInt(pick(m, -1, m.Int64()>>m.IntN(64), -m.Int64(), math.MaxInt64, math.MinInt64))
	}
}

func (m planMaker) fillString(v reflect.Value) {
	if v.Type() == stringType {
		v.SetString(pick(m, "PONG\r\n", "a \"b\" <c> & d\\", "\x00\x01", "\xff", "ü — 世界 \ufffd", "\u2028", "`", "\t", "\x7f"))
		return
	}
	v.SetString(string(pick(m, Uniform, Normal, Pareto, LogNormal)))
	if !m.sane {
		v.SetString(string(pick(m, Pareto, "Pareto", `a "b"`)))
	}
}

func pick[T any](m planMaker, from ...T) T { return from[m.IntN(len(from))] }

// saved returns the JSON of a plan that has one.
func saved(t *testing.T, p Plan) string {
	t.Helper()
	text, err := p.MarshalJSON()
	if err != nil {
		t.Fatalf("MarshalJSON of %#v: %v", p, err)
	}
	return string(text)
}

// loaded returns the plan that text must be.
func loaded(t *testing.T, text string) Plan {
	t.Helper()
	p, err := ParsePlan([]byte(text))
	if err != nil {
		t.Fatalf("ParsePlan(%s): %v", text, err)
	}
	return p
}

// handmade is a plan with something of everything.
var handmade = Plan{Comment: "Everything.\nTwice.", Seed: 0x9e3779b97f4a7c15, Rules: []Rule{
	ToClient(Reset{}).OnConn(1).AfterBytes(3).AfterMatch("PONG").Named("cut"),
	FromClient(Latency{Delay: 20 * time.Millisecond, Jitter: 1500 * time.Microsecond, Distribution: Normal}).FromConn(2).ForTime(time.Minute),
	OnAccept(Stall{For: 90 * time.Second}).WithProbability(.25).MustHit(),
	ToClient(Replace{Old: "\x00", New: "zero"}).AfterMatch("\xff\xfe").Times(2).NeedNotFire(),
	ToClient(Corrupt{Bits: []int64{0, 9}}).ForBytes(1 << 20).AfterTime(time.Second),
	{Fault: Loss{Rate: .125}, Direction: transcript.FromClient, After: Trigger{Datagrams: 10}, Until: Window{Datagrams: 5}},
	ToClient(Stall{For: time.Second}).AfterMatchIn(fromClient, "GET").AfterNthMatch(2, "GET").AfterEveryMatch("GET").Plus(4),
	ToClient(Close{}).AfterWrites(3),
	AtStart(Down{For: time.Second}),
	FromClient(Blackhole{}).Containing("\x00").AfterEveryMatch("query").ForDatagrams(1),
	OnAccept(FailAccept{Errno: syscall.ENFILE}).Times(3),
}}
