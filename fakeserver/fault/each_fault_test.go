package fault

import (
	"fmt"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// eachStreamFault has what each fault decides about a stream of "PING\r\n", and on
// accept where it can be there. What a rule says of itself is not part of it.
var eachStreamFault = []struct {
	rule   Rule   // its direction is the test's
	want   string // empty: on accept only
	accept string // empty: not on accept
}{
	{ToClient(Bandwidth{BytesPerSecond: 100, Burst: 1}), `pass "P", pass "I"+10ms, pass "N"+20ms, pass "G"+30ms, pass "\r"+40ms, pass "\n"+50ms, finish`, ""},
	{ToClient(Blackhole{}).AfterBytes(2), `pass "PI", drop 4, finish`, ""},
	{ToClient(Close{}).AfterBytes(2), `pass "PI", close`, "close"},
	{ToClient(Corrupt{Bits: []int64{0}}), `pass "QING\r\n", finish`, ""},
	{ToClient(Down{For: time.Second}).AfterBytes(2), `pass "PI", down+1s, pass "NG\r\n", finish`, "down+1s"},
	{ToClient(Exit{}).AfterBytes(2), `pass "PI", exit`, ""},
	{OnAccept(FailAccept{Errno: syscall.ENFILE}).Times(2), "", "fail-accept 2 with ENFILE"},
	{ToClient(HalfClose{}).AfterBytes(2), `pass "PI", half-close`, ""},
	{ToClient(Hold{Gate: "gate"}).AfterBytes(2), `pass "PI", hold, pass "NG\r\n", finish`, ""},
	{ToClient(IgnoreDials{For: time.Second}).AfterBytes(2), `pass "PI", ignore-dials+1s, pass "NG\r\n", finish`, "ignore-dials+1s"},
	{ToClient(Latency{Delay: time.Second}), `pass "PING\r\n"+1s, finish+1s`, ""},
	{ToClient(Overwrite{At: 1, Bytes: []byte("ON")}), `pass "PONG\r\n", finish`, ""},
	{ToClient(Replace{Old: "IN", New: "o"}), `pass "PoG\r\n", finish`, ""},
	{ToClient(Reset{}).AfterBytes(2), `pass "PI", reset`, "reset"},
	{ToClient(Restart{For: time.Second}).AfterBytes(2), `pass "PI", restart+1s`, ""},
	{ToClient(Slice{Sizes: []int64{1, 3}}), `pass "P", cut, pass "ING", cut, pass "\r\n", finish`, ""},
	{ToClient(SlowClose{Delay: time.Second}), `pass "PING\r\n", finish+1s`, ""},
	{ToClient(Stall{For: time.Second}).AfterBytes(2), `pass "PI", stall+1s, pass "NG\r\n", finish`, "stall+1s"},
}

func TestEachFaultDecidesInBothDirections(t *testing.T) {
	var have []Fault
	for _, row := range eachStreamFault {
		have = append(have, row.rule.Fault)
		if row.want == "" {
			continue // TestEachFaultDecidesOnAccept sees that it is refused
		}
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			row.rule.Direction = d
			s := compile(t, Streams, 1, row.rule).Stream(1, d)
			got := append(doings(s, s.Tick(0)), doings(s, s.Feed([]byte("PING\r\n"), 0))...)
			got = append(got, doings(s, s.Finish(0))...)
			if text := strings.Join(got, ", "); text != row.want {
				t.Errorf("%v %s: %s, want %s", d, row.rule.Fault.Kind(), text, row.want)
			}
		}
	}
	wantEachFault(t, Streams, have)
}

func TestEachFaultDecidesOnAccept(t *testing.T) {
	for _, row := range eachStreamFault {
		if _, ok := row.rule.Fault.(acceptFault); ok != (row.accept != "") {
			t.Errorf("%s: can act on accept: %v, but want %q", row.rule.Fault.Kind(), ok, row.accept)
		} else if !ok {
			continue
		}
		if only := ToClient(row.rule.Fault).validateDirection(Streams) != nil; only != (row.want == "") {
			t.Errorf("%s: can act on accept only: %v, but want %q", row.rule.Fault.Kind(), only, row.want)
		}
		steps := compile(t, Streams, 1, OnAccept(row.rule.Fault).Times(row.rule.Limit)).Accept(1)
		if got := strings.Join(doings(nil, steps), ", "); got != row.accept {
			t.Errorf("OnAccept %s: %q, want %q", row.rule.Fault.Kind(), got, row.accept)
		}
	}
}

func TestEachFaultDecidesAtStart(t *testing.T) {
	want := map[string]string{"down": "down+1s", "ignore-dials": "ignore-dials+1s"}
	for _, f := range faults {
		if _, ok := f.(startFault); ok != (want[f.Kind()] != "") {
			t.Errorf("%s: can act at the server's start: %v, but want %q", f.Kind(), ok, want[f.Kind()])
		}
	}
	for _, m := range []Medium{Streams, Datagrams} {
		for _, f := range []Fault{Down{For: time.Second}, IgnoreDials{For: time.Second}} {
			if !worksOn(f, m) {
				continue
			}
			steps := compile(t, m, 1, AtStart(f)).Start()
			if got := strings.Join(doings(nil, steps), ", "); got != want[f.Kind()] {
				t.Errorf("%v: AtStart %s: %q, want %q", m, f.Kind(), got, want[f.Kind()])
			}
		}
	}
}

// doings returns what the steps do, and reports to s, if there is one, that it was done.
func doings(s decide.Stream, steps []decide.Step) []string {
	var all []string
	for _, step := range steps {
		if s != nil {
			s.Done(step)
		}
		now := time.Unix(1, 0)
		text := step.Op.String()
		switch step.Op {
		case decide.OpMark:
			continue
		case decide.OpPass:
			text += fmt.Sprintf(" %q", step.Data)
		case decide.OpDrop:
			text += fmt.Sprintf(" %d", step.Taken)
		case decide.OpFailAccept:
			text += fmt.Sprintf(" %d with %s", step.Calls, errnos[step.Errno])
		}
		if late := step.Due(now).Sub(now); late > 0 {
			text += fmt.Sprintf("+%v", late)
		}
		all = append(all, text)
	}
	return all
}

func TestEachFaultDecidesAboutDatagramsInBothDirections(t *testing.T) {
	var have []Fault
	for _, row := range []struct {
		rule Rule
		want string
	}{
		{ToClient(Bandwidth{BytesPerSecond: 2, Burst: 2}), "ab cd+1s ef+2s end+3.5s"},
		{ToClient(Blackhole{}).AfterDatagrams(1).ForDatagrams(1), "ab - ef end"},
		{ToClient(BurstLoss{P: 1, R: 1}), "- cd - end"},
		{ToClient(Corrupt{Bits: []int64{0}}).ForDatagrams(1), "`b cd ef end"},
		{ToClient(Down{For: time.Second}).AfterDatagrams(2), "ab cd(down 1s) ef end"},
		{ToClient(Duplicate{Rate: 1}).ForDatagrams(1), "ab ab cd ef end"},
		{ToClient(Enlarge{Size: 3}), "ab\x00 cd\x00 ef\x00 end"},
		{ToClient(Forge{At: 1, Bytes: []byte("x"), First: true}).ForDatagrams(1), "ax ab cd ef end"},
		{ToClient(Latency{Delay: time.Second}), "ab+1s cd+1s ef+1s end+1s"},
		{ToClient(Loss{Nth: 2}), "ab - ef end"},
		{ToClient(Overwrite{At: 2, Bytes: []byte("x")}), "ab cd ef enx"},
		{ToClient(Reorder{Rate: 1}).ForDatagrams(1), "ab>1 cd ef end"},
		{ToClient(Restart{For: time.Second}), "ab(restart 1s) cd ef end"},
		{ToClient(Truncate{Size: 1}).ForDatagrams(1), "a cd ef end"},
	} {
		have = append(have, row.rule.Fault)
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			row.rule.Direction = d
			p := compile(t, Datagrams, 1, row.rule).Peer(1, d)
			var got []string
			for _, text := range []string{"ab", "cd", "ef", "end"} {
				got = append(got, deliveries(p.Next([]byte(text), 0))...)
			}
			if text := strings.Join(got, " "); text != row.want {
				t.Errorf("%v %s: %s, want %s", d, row.rule.Fault.Kind(), text, row.want)
			}
		}
	}
	wantEachFault(t, Datagrams, have)
}

// deliveries returns what becomes of a datagram: "-" if nothing does.
func deliveries(v decide.Verdict) []string {
	if len(v.Copies) == 0 {
		return []string{"-"}
	}
	var all []string
	for _, c := range v.Copies {
		now := time.Unix(1, 0)
		text := string(c.Data)
		if late := v.Due(c, now).Sub(now); late > 0 {
			text += fmt.Sprintf("+%v", late)
		}
		for _, o := range v.Outages {
			word := "down"
			if o.Restart {
				word = "restart"
			}
			text += fmt.Sprintf("(%s %v)", word, o.For)
		}
		if c.Behind > 0 {
			text += fmt.Sprintf(">%d", c.Behind)
		}
		all = append(all, text)
	}
	return all
}

// wantEachFault checks that no fault for m is missing, so that a new one gets its row.
func wantEachFault(t *testing.T, m Medium, have []Fault) {
	t.Helper()
	kinds := make(map[reflect.Type]bool)
	for _, f := range have {
		kinds[reflect.TypeOf(f)] = true
	}
	for _, f := range faults {
		if worksOn(f, m) && !kinds[reflect.TypeOf(f)] {
			t.Errorf("%s, on %v: no row; add one to the table above", f.Kind(), m)
		}
	}
}
