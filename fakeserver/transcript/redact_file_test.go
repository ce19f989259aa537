package transcript_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// A file has nothing that is to be hidden, and one that has it all can be shown without.
func TestRedactedFile(t *testing.T) {
	tr := streamOf(FromClient, "user=me\ntoken="+secret[:4], secret[4:]+"\n", "bye")
	var file, open bytes.Buffer
	rec := Recording{Transcript: tr.WithRedactor(tokenIn), Origin: Origin{Test: "Test/" + secret, Plan: []byte(`{"comment":"` + secret + `","rules":[]}`)}}
	if _, err := rec.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	got, err := Read(bytes.NewReader(file.Bytes()))
	if err != nil || strings.Contains(file.String(), secret[:4]) || strings.Contains(file.String(), secret[8:]) {
		t.Errorf("%v: the file is\n%s", err, file.String())
	}
	if string(got.Origin.Plan) != `{"comment":"************","rules":[]}` || string(got.Transcript.FromClient()) != "user=me\ntoken=************\nbye" {
		t.Errorf("it has %s and %q", got.Origin.Plan, got.Transcript.FromClient())
	}

	part := Recording{Transcript: tr.After(1)} // in which events are missing at the beginning
	if _, err := part.WriteTo(&open); err != nil || !strings.Contains(open.String(), secret[4:]) {
		t.Fatalf("%v: the file is\n%s", err, open.String())
	}
	if got, err = Read(&open); err != nil {
		t.Fatal(err)
	}
	at := int64(len("user=me\ntoken=" + secret[:4]))
	got.Transcript = got.Transcript.WithRedactor(RedactRange(1, FromClient, at, at+int64(len(secret[4:]))))
	if text := got.Transcript.String(); strings.Contains(text, secret[4:]) || !strings.Contains(text, `    2 `) || !strings.Contains(text, `@18 9 B "********\n"`) {
		t.Errorf("it is shown as\n%s", text)
	}
}

// What is missing between two events parts a stream in two.
func TestRedactorGetsWhatIsBetweenGaps(t *testing.T) {
	rec, err := Read(strings.NewReader(`{"fakewire":1,"network":"tcp"}
{"seq":2,"at":0,"conn":1,"direction":"from-client","kind":"data","offset":4,"data":"to"}
{"seq":3,"at":0,"conn":1,"direction":"from-client","kind":"data","offset":6,"data":"ken"}
{"seq":9,"at":0,"conn":1,"direction":"from-client","kind":"data","offset":20,"data":"=x"}
{"events":3}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	rec.Transcript = rec.Transcript.WithRedactor(func(x Excerpt) []byte {
		if x.Direction == FromClient {
			got = append(got, fmt.Sprintf("%d@%d %s", x.Conn, x.Offset, x.Data))
		}
		return x.Data
	})
	if shown := rec.Transcript.Redacted(); !slices.Equal(got, []string{"1@4 token", "1@20 =x"}) || string(shown.FromClient()) != "token=x" || shown.Len() != 3 {
		t.Errorf("it got %q, and left %v", got, shown)
	}
}
