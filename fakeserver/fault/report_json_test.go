package fault

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func someReport() Report {
	return Report{Medium: Streams, Seed: 1 << 60, Conns: 2, Rules: []Outcome{
		{Key: "cut", Rule: ToClient(Reset{}).AfterBytes(3).Named("cut"), State: Fired, Count: 1, Conn: 1, Offset: 3, Dropped: 7},
		{Key: "latency from-client 1", Rule: FromClient(Latency{Delay: time.Second}), State: Armed, Conn: 2, Offset: 1 << 40, Matches: 2, Live: true},
		{Key: "stall to-client 1", Rule: ToClient(Stall{}), Following: 5, Datagrams: 3, Removed: true},
		{Key: "down", Rule: AtStart(Down{}), State: Passed},
	}}
}

// A report comes back from its JSON as it was, and its JSON from that.
func TestReportOutlivesItsJSON(t *testing.T) {
	for _, want := range []Report{{}, {Medium: Datagrams}, someReport()} {
		text, err := want.MarshalJSON()
		if err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		var got Report
		if err := got.UnmarshalJSON(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again, err := got.MarshalJSON(); !reflect.DeepEqual(got, want) || string(again) != string(text) || err != nil {
			t.Errorf("%s\ngives %+v\nand   %s, %v\nwant  %+v", text, got, again, err, want)
		}
	}
}

func TestReportIsInWords(t *testing.T) {
	text, err := someReport().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"medium":"streams","seed":"0x1000000000000000","conns":2,"rules":[{"key":"cut","rule":{"name":"cut",`,
		`"state":"fired","count":1,"conn":1,"offset":3,"dropped":7}`, `"state":"not-reached"`, `"state":"passed"`, `"direction":"at-start"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s\nlacks %s", text, want)
		}
	}
}

// Nothing in a report is ignored.
func TestReportThatIsNone(t *testing.T) {
	for text, want := range map[string]string{
		`{"medium":"rivers"}`:                         `medium: want "streams" or "datagrams", got the text "rivers"`,
		`{"rules":[{"key":"a","state":"bored"}]}`:     `rules[0].state: want "not-reached", "armed", "fired" or "passed", got the text "bored"`,
		`{"rules":[{"key":"a","rule":{"name":"x"}}]}`: "fault: missing",
		`{"speed":1}`:   "speed: unknown field",
		`{"conns":1} x`: "after",
	} {
		report := Report{Conns: 7}
		if err := report.UnmarshalJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || report.Conns != 7 {
			t.Errorf("%s: got %v and %+v, want an error with %q and the report as it was", text, err, report, want)
		}
	}
	if text, err := (Report{Rules: []Outcome{{State: 9}}}).MarshalJSON(); err == nil {
		t.Errorf("a state that is none is %s", text)
	}
}
