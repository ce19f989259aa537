package transcript_test

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// What was hidden of the bytes is hidden in texts, too, however they quote it.
func TestRedactHidesInTexts(t *testing.T) {
	binary := "k\x00ey\xffk\x01ey"
	tr := streamOf(FromClient, "token="+secret[:3], secret[3:]+"\r\ntoken="+binary+"\r\ntoken=ab\r\ntoken=ab*cd\r\n").WithRedactor(tokenIn)
	in := func(format string, s string) string { return fmt.Sprintf(format, s) }
	for why, tt := range map[string]struct{ in, want string }{
		"nothing":                    {"", ""},
		"no secret":                  {`expected "PING\r\n"`, `expected "PING\r\n"`},
		"what the Redactor matches":  {"token=other", "token=*****"},
		"by itself":                  {"no such user: " + secret, "no such user: ************"},
		"quoted":                     {in("want %q", secret), `want "************"`},
		"quoted among others":        {in("want 5\" of %q or \"x\"", "a"+secret+"b"), `want 5" of "a************b" or "x"`},
		"quoted with escapes":        {in("want %q", "\n"+binary+"\n"), `want "\n*********\n"`},
		"quoted twice":               {in("says %q", in("want %q", binary)), `says "want \"*********\""`},
		"quoted and cut":             {in("EOF after %q", "user "+secret[:6]), `EOF after "user ******"`},
		"quoted from its middle":     {in("%q is left", secret[7:]+" ok"), `"***** ok" is left`},
		"quoted in part":             {in("got %q", secret[2:9]), `got "*******"`},
		"too little of it":           {in("got %q", secret[2:5]), `got "cr3"`},
		"a part that is not quoted":  {"I " + secret[:6], "I " + secret[:6]},
		"in hex":                     {"got hex " + hex.EncodeToString([]byte("\xff"+binary)), "got hex ff" + hex.EncodeToString([]byte("*********"))},
		"half a byte in hex":         {"got hex fff", "got hex fff"},
		"a string that does not end": {`got "` + secret, `got "************`},
		"a bad escape":               {`got "\z` + secret + `"`, `got "\z************"`},
		"an asterisk in a secret":    {"it was ab*cd", "it was *****"},
		"a short secret":             {"ab in cab", "ab in cab"},
	} {
		if got := tr.Redact(tt.in); got != tt.want {
			t.Errorf("%s: %s, want %s", why, got, tt.want)
		}
		if got := tr.Redacted().Redact(tt.in); got != tt.in {
			t.Errorf("%s: it is hidden again: %s", why, got)
		}
	}
	if text := "want " + strconv.Quote(secret); streamOf(FromClient, secret).Redact(text) != text {
		t.Error("without a Redactor something is hidden")
	}
}

// A record has texts of its own.
func TestRedactedHidesInTheRecordsTexts(t *testing.T) {
	rec := record.New(Header{Name: "TestLogin/" + secret, Network: "tcp", Address: "127.0.0.1:1"}, 0)
	rec.Redact(tokenIn)
	rec.Lane(1, FromClient).Append(Data, []byte("token="+secret+"\n"))
	rec.Add(Event{Conn: 1, Kind: Error, Text: fmt.Sprintf("there is no answer to %q", secret), Peer: "127.0.0.1:7"})
	rec.Add(Event{Conn: 1, Direction: ToClient, Kind: Fault, Rule: "after " + secret, Count: 3, Sum: 9})
	tr := rec.Snapshot()
	for what, text := range map[string]string{"String": tr.String(), "Dump": tr.Dump(), "a part": tr.Kind(Error).String()} {
		if strings.Contains(text, secret) || !strings.Contains(text, "TestLogin/************ (tcp 127.0.0.1:1)") || !strings.Contains(text, `answer to "************"`) {
			t.Errorf("%s:\n%s", what, text)
		}
	}
	if e := tr.Redacted().Faults()[0]; e.Rule != "after ************" || e.Count != 3 || e.Sum != 9 || e.Seq != 3 {
		t.Errorf("the fault is %+v", e)
	}
	if e := tr.Faults()[0]; e.Rule != "after "+secret || tr.Header().Name != "TestLogin/"+secret {
		t.Errorf("a query got %+v of %v", e, tr.Header())
	}
	if shown := tr.Redacted(); !tr.Mark().IsOf(shown) || shown.Since(tr.Mark()).Len() != 0 {
		t.Error("a mark is none of what is shown of its record")
	}
}

// Bytes that did not leave are shown, too, and those that left in their place make one stream with what came before.
func TestRedactedHidesInWhatWasTakenBack(t *testing.T) {
	rec := newTestRecorder(0)
	out := rec.Lane(1, ToClient)
	send := func(text string) { out.Append(Data, []byte(text)) }
	send("token=")
	send("abcdefgh")
	out.Unsend(5, "refused")
	send("stuvwxyz\nok\n")
	tr := rec.Snapshot().WithRedactor(tokenIn)
	if got := string(tr.ToClient()); got != "token=abcstuvwxyz\nok\n" {
		t.Fatalf("the record has %q", got)
	}
	if got := string(tr.Redacted().ToClient()); got != "token=***********\nok\n" {
		t.Errorf("it shows %q", got)
	}
	if text := tr.Dump(); strings.Contains(text, "abc") || strings.Contains(text, "defgh") || !strings.Contains(text, "********") {
		t.Errorf("what was taken back is shown:\n%s", text)
	}
}

// Of a long stream, what was taken back is looked at with what came shortly before it.
func TestRedactedHidesInWhatWasTakenBackLate(t *testing.T) {
	rec := newTestRecorder(0)
	out := rec.Lane(1, ToClient)
	out.Append(Data, []byte(strings.Repeat("-", 100_000)+"token=abcdefgh"))
	out.Unsend(5, "refused")
	out.Append(Data, []byte("xyz\n"))
	shown := rec.Snapshot().WithRedactor(tokenIn).Redacted()
	var all string
	for e := range shown.All() {
		all += string(e.Data)
	}
	if want := strings.Repeat("-", 100_000) + "token=***********\n"; all != want {
		t.Errorf("it shows …%q, want …%q", all[len(all)-30:], want[len(want)-30:])
	}
}

// A part that is given a Redactor is looked at with what came before it.
func TestRedactedPart(t *testing.T) {
	tr := streamOf(FromClient, "token=", secret, "\n")
	if got := string(tr.After(1).WithRedactor(tokenIn).Redacted().FromClient()); got != "************\n" {
		t.Errorf("it shows %q", got)
	}
	if got := string(tr.Conn(1).WithRedactor(tokenIn).After(2).Redacted().FromClient()); got != "\n" {
		t.Errorf("it shows %q", got)
	}
}

// Where a limit leaves gaps, each part is looked at, at its offset; a checksum would tell a short secret.
func TestRedactedWithALimit(t *testing.T) {
	rec := newTestRecorder(8)
	in := rec.Lane(1, FromClient)
	in.Append(Data, []byte("pin 1234"))
	in.Append(Data, []byte("5678"))
	rec.Add(Event{Conn: 1, Direction: FromClient, Kind: Fault, Rule: "cut"})
	in.Append(Data, []byte("99"))
	tr := rec.Snapshot()
	sums := func(t Transcript) (n int) {
		for e := range t.All() {
			if e.Sum != 0 {
				n++
			}
		}
		return n
	}
	shown := tr.WithRedactor(RedactRange(1, FromClient, 4, 8)).Redacted()
	if got := string(shown.FromClient()); got != "pin ****" || shown.Omitted(FromClient) != 6 {
		t.Errorf("it shows %q, and leaves %d bytes out", got, shown.Omitted(FromClient))
	}
	if sums(tr) == 0 || sums(shown) != 0 {
		t.Errorf("%d checksums became %d, want none left:\n%s", sums(tr), sums(shown), shown)
	}
	asked := 0
	by := func(x Excerpt) []byte {
		if x.Direction == FromClient {
			if asked++; x.Conn != 1 || x.Offset != 0 || string(x.Data) != "pin 1234" {
				t.Errorf("the Redactor got %d@%d %q", x.Conn, x.Offset, x.Data)
			}
		}
		return x.Data
	}
	hidden := tr.WithRedactor(by)
	_, _, _ = hidden.String(), hidden.Dump(), hidden.Conn(1).String()
	if asked != 1 {
		t.Errorf("it was asked %d times about the same snapshot, want once", asked)
	}
}

// A test that passes pays nothing: the Redactor is asked when something is shown.
func TestRedactorIsNotAskedByQueries(t *testing.T) {
	rec := sample()
	rec.Redact(func(x Excerpt) []byte { t.Errorf("it was asked about %q", x.Data); return x.Data })
	tr := rec.Snapshot()
	_, _, _ = tr.FromClient(), tr.Lines(), tr.Received("PING")
	_, _, _ = tr.Conn(1).Ending(FromClient), tr.Faults(), tr.Canonical()
	if n := testing.AllocsPerRun(100, func() { rec.Snapshot() }); n > 1 {
		t.Errorf("a snapshot allocates %v times, want once at most", n)
	}
}
