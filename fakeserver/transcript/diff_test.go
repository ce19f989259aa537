package transcript_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// exchange returns the record of one connection that carried this, and then of some events.
func exchange(in, out string, more ...Event) Transcript {
	rec := newTestRecorder(0)
	rec.Add(Event{Conn: 1, Kind: Accept})
	rec.Lane(1, FromClient).Append(Data, []byte(in))
	rec.Lane(1, ToClient).Append(Data, []byte(out))
	for _, e := range more {
		rec.Add(e)
	}
	return rec.Snapshot()
}

// datagrams returns the record of one peer that sent these.
func datagramsOf(payloads ...string) Transcript {
	rec := newTestRecorder(0)
	in := rec.Lane(1, FromClient)
	for i, p := range payloads {
		in.Datagram(1, "a:1", int64(i)+1, []byte(p))
	}
	return rec.Snapshot()
}

// limited returns the record of one connection that sent text, of which so much was kept.
func limited(limit int64, text string) Transcript {
	rec := newTestRecorder(limit)
	rec.Lane(1, FromClient).Append(Data, []byte(text))
	return rec.Snapshot()
}

func acted(rule string, offset int64) Event {
	return Event{Conn: 1, Direction: ToClient, Kind: Fault, Offset: offset, Rule: rule}
}

var (
	long   = strings.Repeat("0123456789", 1000)
	binary = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
	digits = Ignore{Pattern: regexp.MustCompile(`\d+`)}
)

// What a person sees.
func TestDiffSays(t *testing.T) {
	for why, tt := range map[string]struct {
		a, b   Transcript
		ignore []Ignore
		want   string
	}{
		"a byte": {a: exchange("HELO a\r\nPING 7\r\n", ""), b: exchange("HELO a\r\nPONG 7\r\n", ""), want: `
conn 1 FromClient differs at byte 9, and from byte 10 on it is the same:
    a  @0  "HELO a\r\nPING 7\r\n"
    b  @0  "HELO a\r\nPONG 7\r\n"
                       ^
`},
		"the end": {a: exchange("", "HELO\r\nQUIT\r\n"), b: exchange("", "HELO\r\n"), want: `
conn 1 ToClient differs at byte 6, where b ends and a has 6 bytes more:
    a  @0  "HELO\r\nQUIT\r\n"
    b  @0  "HELO\r\n"
                    ^
`},
		"nothing": {a: exchange("", ""), b: exchange("x", ""), want: `
conn 1 FromClient differs at byte 0, where a ends and b has 1 byte more:
    a  @0  ""
    b  @0  "x"
            ^
`},
		"what was put in": {a: exchange("HELO\r\nQUIT\r\n", ""), b: exchange("HELO\r\nPING\r\nQUIT\r\n", ""), want: `
conn 1 FromClient differs at byte 6, and from byte 6 of a and 12 of b on it is the same:
    a  @0  "HELO\r\nQUIT\r\n"
    b  @0  "HELO\r\nPING\r\nQUIT\r\n"
                    ^
`},
		"the middle of much": {a: exchange(long, ""), b: exchange(long[:5000]+"x"+long[5001:], ""), want: `
conn 1 FromClient differs at byte 5000, and from byte 5001 on it is the same:
    a  @4976  "678901234567890123456789012345678901234567890123456789012345678901234567" … 4,952 more
    b  @4976  "678901234567890123456789x12345678901234567890123456789012345678901234567" … 4,952 more
                                       ^
`},
		"binary": {a: exchange(binary, ""), b: exchange(binary[:10]+"\xff\xfe", ""), want: `
conn 1 FromClient differs at byte 10, of 16 bytes and 12 bytes:
    a  @2  02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f                                |..............|
    b  @2  02 03 04 05 06 07 08 09 ff fe                                            |..........|
                                   ^
`},
		"half of a character": {a: exchange("Grüße, Äpfel", ""), b: exchange("Grüße, Öpfel", ""), want: `
conn 1 FromClient differs at byte 10, and from byte 11 on it is the same:
    a  @0  "Grüße, Äpfel"
    b  @0  "Grüße, Öpfel"
                   ^
`},
		"wide characters before it": {a: exchange("日本 a", ""), b: exchange("日本 b", ""), want: `
conn 1 FromClient differs at byte 7, of 8 bytes:
    a  @0  "\u65e5\u672c a"
    b  @0  "\u65e5\u672c b"
                         ^
`},
		"what follows what is ignored": {
			a: exchange("id 17 of 5\r\nPING", ""), b: exchange("id 4711 of 25\r\nPONG", ""), ignore: []Ignore{digits}, want: `
conn 1 FromClient differs at byte 13 of a and 16 of b, and from byte 14 of a and 17 of b on it is the same:
    a  @0  "id "<ignored>" of "<ignored>"\r\nPING"
    b  @0  "id "<ignored>" of "<ignored>"\r\nPONG"
                                              ^
`},
		"what is ignored in one alone": {a: exchange("id 17\r\n", ""), b: exchange("id none\r\n", ""), ignore: []Ignore{digits}, want: `
conn 1 FromClient differs at byte 3, and from byte 5 of a and 7 of b on it is the same:
    a  @0  "id "<ignored>"\r\n"
    b  @0  "id none\r\n"
               ^
`},
		"faults": {
			a: exchange("", "", acted("cut", 3), acted("late", 3), acted("cut", 9)),
			b: exchange("", "", acted("cut", 4), acted("cut", 5), acted("cut", 9), acted("odd", 4)), want: `
conn 1 ToClient: a fault differs: a has cut at 3, b has cut at 4
conn 1 ToClient: only a has the fault late at 3
conn 1 ToClient: only b has the fault odd at 4
conn 1 ToClient: only b has the fault cut at 5
`},
		"endings": {
			a: exchange("", "", Event{Conn: 1, Direction: ToClient, Kind: FIN}),
			b: exchange("", "", Event{Conn: 1, Direction: FromClient, Kind: RST}), want: `
conn 1 FromClient: the ending differs: still open in a, RST in b
conn 1 ToClient: the ending differs: FIN in a, RST in b
`},
		"connections": {a: exchange("PING", "PONG"), b: exchange("", "").Conn(7), want: `
conn 1: only a has it: 4 bytes ("PING") from the client, 4 bytes ("PONG") to it
`},
		"a datagram": {a: datagramsOf("one", "two", "three"), b: datagramsOf("one", "toe", "three"), want: `
peer 1 FromClient, datagram 2, differs at byte 1, of 3 bytes:
    a  @0  "two"
    b  @0  "toe"
             ^
`},
		"datagrams that one lacks": {a: datagramsOf("one", "two", "three", "four"), b: datagramsOf("one", "four"), want: `
peer 1 FromClient: only a has the 2 datagrams from 2 to 3: "two" …
`},
		"the last datagram": {a: datagramsOf("one"), b: datagramsOf("one", "two"), want: `
peer 1 FromClient: only b has datagram 2: 3 bytes "two"
`},
		"datagrams and their number": {a: datagramsOf("one", "two", "three"), b: datagramsOf("ONE", "two"), want: `
peer 1 FromClient, datagram 1, differs at byte 0, of 3 bytes:
    a  @0  "one"
    b  @0  "ONE"
            ^
peer 1 FromClient: only a has datagram 3: 5 bytes "three"
`},
		"what was not kept": {a: limited(2, "abcd"), b: limited(2, "abCd"), want: `
conn 1 FromClient: what the record did not keep differs: a lacks 2 bytes from byte 2 on (sum SUM), b lacks 2 bytes from byte 2 on (sum SUM)
`},
		"what one did not keep": {a: limited(2, "abcd"), b: limited(0, "abcd"), want: `
conn 1 FromClient: what the record did not keep differs: a lacks 2 bytes from byte 2 on (sum SUM), b has all
`},
	} {
		got := regexp.MustCompile(`sum \w{16}`).ReplaceAllString(Diff(tt.a, tt.b, tt.ignore...), "sum SUM")
		if got != tt.want[1:] {
			t.Errorf("%s: it says\n%s\nwant\n%s", why, got, tt.want[1:])
		}
	}
}

func TestDiffCallsTheTwoByTheirNames(t *testing.T) {
	got := Comparison{A: "want", B: "run.jsonl"}.Diff(exchange("PING", ""), exchange("PONG", "", acted("cut", 3)))
	want := `conn 1 FromClient differs at byte 1, and from byte 2 on it is the same:
    want       @0  "PING"
    run.jsonl  @0  "PONG"
                     ^
conn 1 ToClient: only run.jsonl has the fault cut at 3
`
	if got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}

// However much differs, a person can read the text, and hears how much more there is.
func TestDiffIsBounded(t *testing.T) {
	a, b := newTestRecorder(0), newTestRecorder(0)
	for n := 1; n <= 1000; n++ {
		a.Lane(n, FromClient).Append(Data, []byte(strings.Repeat("\x00", 10_000)))
		b.Lane(n, FromClient).Append(Data, []byte(strings.Repeat("\x01", 10_000)))
	}
	text := Diff(a.Snapshot(), b.Snapshot())
	if len(text) > 10_000 || !strings.HasSuffix(text, "\n… and 990 more differences\n") {
		t.Errorf("%d bytes of text, which ends with %q", len(text), text[max(0, len(text)-100):])
	}
	for c, n := range map[string]int{"\n": 10*4 + 1, "conn ": 10} {
		if got := strings.Count(text, c); got != n {
			t.Errorf("it has %q %d times, want %d", c, got, n)
		}
	}
}

// What may differ does, and what is beside it may not.
func TestDiffIgnores(t *testing.T) {
	rst := Event{Conn: 1, Direction: FromClient, Kind: RST}
	date := regexp.MustCompile(`(?m)^Date: [^\r\n]*`)
	for why, tt := range map[string]struct {
		a, b   Transcript
		ignore Ignore
		want   string // the aspects that still differ
	}{
		"a pattern":                             {exchange("Date: Mon\r\nx", ""), exchange("Date: Tuesday\r\nx", ""), Ignore{Pattern: date}, ""},
		"a pattern in the other direction":      {exchange("Date: Mon\r\nx", ""), exchange("Date: Tue\r\nx", ""), Ignore{Pattern: date, Direction: ToClient}, "bytes"},
		"a pattern of another connection":       {exchange("Date: Mon\r\nx", ""), exchange("Date: Tue\r\nx", ""), Ignore{Pattern: date, Conn: 2}, "bytes"},
		"a pattern that one lacks":              {exchange("Date: Mon\r\nx", ""), exchange("\r\nx", ""), Ignore{Pattern: date}, "bytes"},
		"a pattern that matches nothing":        {exchange("ab", ""), exchange("ac", ""), Ignore{Pattern: regexp.MustCompile(`x*`)}, "bytes"},
		"a pattern that matches nothing in one": {exchange("axxb", ""), exchange("ab", ""), Ignore{Pattern: regexp.MustCompile(`x*`)}, "bytes"},
		"what is ignored, and a zero byte":      {exchange("a1b", ""), exchange("a\x00b", ""), digits, "bytes"},
		"each byte that matches":                {exchange("id 1;", ""), exchange("id 234;", ""), Ignore{Pattern: regexp.MustCompile(`\d`)}, ""},
		"the groups of a pattern":               {exchange("a port 1, at 5", ""), exchange("a port 22, at 77", ""), Ignore{Pattern: regexp.MustCompile(`port (\d+), (?:on|at) (\d+)`)}, ""},
		"no more than the groups of a pattern":  {exchange("a port 1, at 5", ""), exchange("a port 1, on 5", ""), Ignore{Pattern: regexp.MustCompile(`port (\d+), (?:on|at) (\d+)`)}, "bytes"},
		"a group that takes no part":            {exchange("id 1;", ""), exchange("id 23;", ""), Ignore{Pattern: regexp.MustCompile(`id (\d+)|date (\w+)`)}, ""},
		"a pattern in datagrams":                {datagramsOf("id 1", "x"), datagramsOf("id 23", "x"), digits, ""},
		"a range":                               {exchange("abcd", ""), exchange("aXYd", ""), Ignore{From: 1, To: 3}, ""},
		"a range that is too short":             {exchange("abcd", ""), exchange("aXYd", ""), Ignore{From: 1, To: 2}, "bytes"},
		"a range that both have not":            {exchange("abcd", ""), exchange("abcd", ""), Ignore{From: 7, To: 9}, ""},
		"a range that one has not":              {exchange("ab", ""), exchange("abXY", ""), Ignore{From: 2, To: 4}, ""},
		"a range that one has in part":          {exchange("abX", ""), exchange("abXY", ""), Ignore{From: 2, To: 4}, ""},
		"more than a range":                     {exchange("ab", ""), exchange("abXYZ", ""), Ignore{From: 2, To: 4}, "bytes"},
		"a range that one does not come to":     {exchange("a", ""), exchange("abXY", ""), Ignore{From: 2, To: 4}, "bytes"},
		"all bytes":                             {exchange("ab", "cd"), exchange("x", ""), Ignore{To: math.MaxInt64}, ""},
		"a range and a pattern that overlap":    {exchange("ab12cd", ""), exchange("ab3456d", ""), Ignore{Pattern: digits.Pattern, From: 3, To: 5}, ""},
		"datagrams":                             {datagramsOf("one", "two", "three"), datagramsOf("one", "2", "three"), Ignore{From: 2, To: 3}, ""},
		"datagrams that one lacks":              {datagramsOf("one"), datagramsOf("one", "two", "three"), Ignore{From: 2, To: 4}, ""},
		"other datagrams":                       {datagramsOf("one", "two", "three"), datagramsOf("one", "2", "3"), Ignore{From: 2, To: 3}, "datagrams"},
		"faults":                                {exchange("", "", acted("cut", 3)), exchange("", ""), Ignore{Faults: true}, ""},
		"faults of the other direction":         {exchange("", "", acted("cut", 3)), exchange("", ""), Ignore{Faults: true, Direction: FromClient}, "faults"},
		"a fault after what has grown":          {exchange("", "id 1;", acted("cut", 5)), exchange("", "id 234;", acted("cut", 7)), digits, ""},
		"a fault elsewhere after it":            {exchange("", "id 1;", acted("cut", 4)), exchange("", "id 234;", acted("cut", 7)), digits, "faults"},
		"a fault in what is ignored":            {exchange("", "id 1;", acted("cut", 3)), exchange("", "id 234;", acted("cut", 5)), digits, ""},
		"a fault in it, and one after it":       {exchange("", "id 1;", acted("cut", 3)), exchange("", "id 234;", acted("cut", 6)), digits, "faults"},
		"a fault at the end of what is":         {exchange("", "ab", acted("cut", 2)), exchange("", "abcd", acted("cut", 4)), Ignore{From: 1, To: math.MaxInt64}, ""},
		"endings":                               {exchange("", ""), exchange("", "", rst), Ignore{Endings: true}, ""},
		"endings of the other direction":        {exchange("", ""), exchange("", "", rst), Ignore{Endings: true, Direction: ToClient}, "endings"},
		"endings and not bytes":                 {exchange("a", ""), exchange("b", "", rst), Ignore{Endings: true}, "bytes"},
		"bytes and not endings":                 {exchange("a", ""), exchange("b", "", rst), Ignore{To: 1}, "endings endings"},
		"what was not kept":                     {limited(2, "abcd"), limited(2, "abCd"), Ignore{From: 2, To: 4}, ""},
		"what one did not keep":                 {limited(2, "abcd"), limited(0, "abCd"), Ignore{From: 2, To: 4}, ""},
		"what was not kept, and more":           {limited(2, "abcd"), limited(2, "abcdef"), Ignore{From: 2, To: 4}, "omitted"},
		"what one did not keep, and more":       {limited(2, "abcd"), limited(0, "abcde"), Ignore{From: 2, To: 4}, "omitted"},
		"some of what was not kept":             {limited(2, "abcd"), limited(2, "abCd"), Ignore{From: 2, To: 3}, "omitted"},
		"more than what one kept":               {limited(2, "abcd"), limited(0, "abcd"), Ignore{From: 3, To: 4}, "omitted"},
		"a connection is not what it has, too":  {exchange("a", ""), exchange("", "").Conn(7), Ignore{To: math.MaxInt64, Faults: true, Endings: true}, "conns"},
	} {
		for _, way := range []string{"", " (the other way round)"} {
			if got := strings.Join(aspects(Comparison{Ignore: []Ignore{tt.ignore}}, tt.a, tt.b), " "); got != tt.want {
				t.Errorf("%s%s: %q differ, want %q\n%s", why, way, got, tt.want, Diff(tt.a, tt.b, tt.ignore))
			}
			tt.a, tt.b = tt.b, tt.a
		}
	}
}

// aspects returns what differs.
func aspects(c Comparison, a, b Transcript) (all []string) {
	for d := range c.Differences(a, b) {
		all = append(all, d.Aspect.String())
	}
	return all
}

// Two ranges side by side are as one.
func TestDiffIgnoresRangesThatTouch(t *testing.T) {
	a, b := exchange("", "ab", acted("cut", 2)), exchange("", "abcd", acted("cut", 4))
	if d := Diff(a, b, Ignore{From: 1, To: 2}, Ignore{From: 2, To: 9}); d != "" {
		t.Errorf("it says\n%s", d)
	}
}

// Several ignore what each of them does.
func TestDiffIgnoresSeveral(t *testing.T) {
	a, b := exchange("id 1 at Mon", "ok"), exchange("id 22 at Tuesday", "no")
	days := Ignore{Pattern: regexp.MustCompile(`Mon|Tuesday`), Conn: 1}
	for want, ignore := range map[string][]Ignore{
		"bytes bytes": {days}, "bytes": {days, digits}, "": {digits, days, {Direction: ToClient, To: 2}},
	} {
		if got := strings.Join(aspects(Comparison{Ignore: ignore}, a, b), " "); got != want {
			t.Errorf("%q differ, want %q", got, want)
		}
	}
}

func TestIgnoreRefusesNonsense(t *testing.T) {
	for words, i := range map[string]Ignore{
		"ignores nothing":         {Conn: 1},
		"Conn is -1":              {Conn: -1, Endings: true},
		"no Direction 9":          {Direction: 9, Endings: true},
		"From -1, To 4":           {From: -1, To: 4},
		"From 4, To 3":            {From: 4, To: 3, Pattern: digits.Pattern},
		"From 4, To 0 is no rang": {From: 4},
	} {
		if err := i.Validate(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("Validate(%+v) = %v, want %q", i, err, words)
		}
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, words) {
					t.Errorf("Diff with %+v: it panics with %q, want %q", i, got, words)
				}
			}()
			Diff(Transcript{}, Transcript{}, i)
		}()
	}
	for _, i := range []Ignore{digits, {To: 1}, {Faults: true}, {Endings: true, Conn: 3, Direction: ToClient}} {
		if err := i.Validate(); err != nil {
			t.Errorf("Validate(%+v) = %v, want nil", i, err)
		}
	}
}

// Where a search for the first difference goes on, and where it stops.
func TestDifferencesHaveTheirSpots(t *testing.T) {
	a := exchange("abc", "id 1;xy", acted("cut", 6), Event{Conn: 2, Kind: Accept})
	b := exchange("aXc", "id 23;x", acted("cut", 7), acted("odd", 3), Event{Conn: 1, Direction: ToClient, Kind: RST})
	var got []Difference
	for d := range (Comparison{Ignore: []Ignore{digits}}).Differences(a, b) {
		got = append(got, d)
	}
	want := []Difference{
		{Aspect: InBytes, Conn: 1, Direction: FromClient, A: Spot{Offset: 1}, B: Spot{Offset: 1}},
		{Aspect: InEndings, Conn: 1, Direction: FromClient, A: Spot{Offset: 3}, B: Spot{Offset: 3}},
		{Aspect: InBytes, Conn: 1, Direction: ToClient, A: Spot{Offset: 6}, B: Spot{Offset: 7, Absent: true}},
		{Aspect: InFaults, Conn: 1, Direction: ToClient, A: Spot{Offset: 7, Absent: true}, B: Spot{Offset: 3}},
		{Aspect: InEndings, Conn: 1, Direction: ToClient, A: Spot{Offset: 7}, B: Spot{Offset: 7}},
		{Aspect: InConns, Conn: 2, B: Spot{Absent: true}},
	}
	same := func(x, y Difference) bool {
		return x.Aspect == y.Aspect && x.Conn == y.Conn && x.Direction == y.Direction && x.A == y.A && x.B == y.B
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("they are\n%+v, want\n%+v", got, want)
	}
	for stop := range want { // to stop after any of them is no call too many
		n := 0
		for range (Comparison{Ignore: []Ignore{digits}}).Differences(a, b) {
			if n++; n > stop {
				break
			}
		}
	}
}

// A datagram has its number in the record, also where the socket refused one before it.
func TestDifferencesOfDatagramsHaveTheirNumbers(t *testing.T) {
	record := func(third string) Transcript {
		rec := newTestRecorder(0)
		out := rec.Lane(1, ToClient)
		out.Datagram(1, "a:1", 1, []byte("one"))
		out.Datagram(1, "a:1", 2, []byte("refused"))
		rec.Add(Event{Conn: 1, Direction: ToClient, Kind: DatagramUnsent, Offset: 2, Peer: "a:1"})
		out.Datagram(1, "a:1", 3, []byte(third))
		return rec.Snapshot()
	}
	for d := range (Comparison{}).Differences(record("three"), record("thRee")) {
		if want := (Spot{Offset: 3, Byte: 2}); d.A != want || d.B != want {
			t.Errorf("the spots are %v and %v, want %v", d.A, d.B, want)
		}
	}
	if Diff(record("three"), record("thRee")) == "" {
		t.Error("nothing differs")
	}
}

// Of the second part of a record, offsets are those of the whole.
func TestDiffOfAPartHasTheOffsetsOfTheRecord(t *testing.T) {
	part := func(text string) Transcript {
		rec := newTestRecorder(0)
		in := rec.Lane(1, FromClient)
		in.Append(Data, []byte("before"))
		mark := rec.Snapshot().Mark()
		in.Append(Data, []byte(text))
		return rec.Snapshot().Since(mark)
	}
	text := Diff(part("abc"), part("abd"))
	wantText(t, text, "at byte 8, of 3 bytes", "@6")
	if got := Diff(part("abc"), part("abd"), Ignore{From: 8, To: 9}); got != "" {
		t.Errorf("byte 8 is ignored:\n%s", got)
	}
	if got := Diff(part("abc"), part("abd"), Ignore{From: 0, To: 3}); got != text {
		t.Errorf("what comes before it is ignored:\n%s\nwant\n%s", got, text)
	}
}
