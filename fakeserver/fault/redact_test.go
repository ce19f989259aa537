package fault

import (
	"encoding/base64"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// fillIn sets each field of v that is zero, and each text to text.
func fillIn(v reflect.Value, text string) {
	switch {
	case v.Type() == faultType:
	case v.Type() == durationType:
		v.SetInt(int64(90 * time.Millisecond))
	case v.Type() == errnoType:
		v.SetUint(uint64(syscall.ENOMEM))
	case v.Type() == endingType:
		v.SetUint(uint64(transcript.ByRST))
	case v.Type() == directionType:
		v.SetUint(uint64(transcript.FromClient))
	case v.Type() == bytesType:
		v.SetBytes([]byte(text))
	case v.Type() == stringType:
		v.SetString(text)
	case v.Kind() == reflect.String: // such as a Distribution
		v.SetString("pareto")
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillIn(v.Elem(), text)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fillIn(v.Field(i), text)
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillIn(v.Index(0), text)
	case v.CanInt():
		v.SetInt(1)
	case v.CanUint():
		v.SetUint(2)
	case v.CanFloat():
		v.SetFloat(0.5)
	default:
		v.SetBool(true)
	}
}

// everything is a plan of each fault, and a report of it, in which each text is text and nothing is zero.
func everything(text string) (Plan, Report) {
	p, r := Plan{Comment: text, Seed: 1 << 60}, Report{Medium: Datagrams, Seed: 7, Conns: 3}
	for _, f := range faults {
		filled := reflect.New(reflect.TypeOf(f)).Elem()
		fillIn(filled, text)
		var rule Rule
		fillIn(reflect.ValueOf(&rule).Elem(), text)
		rule.Fault = filled.Interface().(Fault)
		var o Outcome
		fillIn(reflect.ValueOf(&o).Elem(), text)
		o.Rule = rule
		p.Rules, r.Rules = append(p.Rules, rule), append(r.Rules, o)
	}
	return p, r
}

// A plan and a report from which secrets were taken are what they were in all else, and can be read.
func TestRedactedPlansCanBeRead(t *testing.T) {
	const stars = "**********"
	all := func(x transcript.Excerpt) []byte { return []byte(strings.Repeat("*", len(x.Data))) }
	for why, tt := range map[string]struct {
		by         transcript.Redactor
		text, want string
	}{
		"a text":                  {transcript.RedactText("s3cr\"t-t0k"), "a s3cr\"t-t0k b", "a " + stars + " b"},
		"a text that is <quoted>": {transcript.RedactText("s3cr\"t-t0k"), "<s3cr\"t-t0k>\n\t&", "<" + stars + ">\n\t&"},
		"in bytes":                {transcript.RedactText("s3cr\"t-t0k"), "\x00s3cr\"t-t0k\xff", "\x00" + stars + "\xff"},
		"secret bytes":            {transcript.RedactText("\x00\xff\x00\xff\x00\xff\x00\xff\x00\xff"), "a\x00\xff\x00\xff\x00\xff\x00\xff\x00\xff", "a" + stars},
		"everything":              {all, "0123456789", stars},
		"all in base64":           {all, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\xff", stars},
		"half a character":        {transcript.RedactText("\xa4chste"), "nächste", "n\ufffd******"},
		"nothing":                 {transcript.RedactText("s3cr\"t-t0k"), "näch\x00ste", "näch\x00ste"},
	} {
		plan, report := everything(tt.text)
		wantPlan, wantReport := everything(tt.want)
		rec := transcript.Recording{
			Transcript: transcripttest.New(transcript.Header{Name: "test", Network: "tcp"}, 0).Transcript(),
			Origin:     transcript.Origin{Test: "T " + tt.text, Rerun: "go test " + tt.text, Seed: 5, Plan: marshaled(t, plan)},
			Changes:    []transcript.Change{{After: 3, Plan: marshaled(t, plan)}},
			Report:     marshaled(t, report),
		}
		before := string(rec.Changes[0].Plan)
		if same := rec.Redacted(); !reflect.DeepEqual(same, rec) {
			t.Errorf("%s: without a Redactor it became %+v", why, same)
		}
		rec.Transcript = rec.Transcript.WithRedactor(tt.by)
		shown := rec.Redacted()
		for _, text := range [][]byte{shown.Origin.Plan, shown.Changes[0].Plan} {
			if got, err := ParsePlan(text); err != nil || !reflect.DeepEqual(got, wantPlan) {
				t.Errorf("%s: the plan is %v\n%s\nwant\n%#v", why, err, text, wantPlan)
			}
		}
		var got Report
		if err := got.UnmarshalJSON(shown.Report); err != nil || !reflect.DeepEqual(got, wantReport) {
			t.Errorf("%s: the report is %v\n%s", why, err, shown.Report)
		}
		for _, text := range []string{string(shown.Origin.Plan), string(shown.Report), shown.Origin.Test, shown.Origin.Rerun} {
			if tt.want != tt.text && (strings.Contains(text, tt.text) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(tt.text)))) {
				t.Errorf("%s: the secret is in %s", why, text)
			}
		}
		if string(rec.Changes[0].Plan) != before || shown.Changes[0].After != 3 || shown.Origin.Seed != 5 {
			t.Errorf("%s: the recording became %+v", why, rec)
		}
	}
}

func marshaled(t *testing.T, v interface{ MarshalJSON() ([]byte, error) }) []byte {
	t.Helper()
	text, err := v.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
