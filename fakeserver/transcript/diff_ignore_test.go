package transcript_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

var (
	rst  = Event{Conn: 1, Direction: FromClient, Kind: RST}
	date = regexp.MustCompile(`(?m)^Date: [^\r\n]*`)
)

// ignoring is what may differ, and what beside it may not.
var ignoring = map[string]struct {
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
}

func TestDiffIgnores(t *testing.T) {
	for why, tt := range ignoring {
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

// The checksum of offsets that moved says nothing, and that of those that did not says what it says.
func TestDiffIgnoresWhatMovesAChecksumOfOffsets(t *testing.T) {
	faults := func(sum uint64) Event {
		return Event{Conn: 1, Direction: ToClient, Kind: Fault, Offset: 2, Times: 3, Sum: sum, Rule: "cut"}
	}
	a, b := exchange("", "id 1;", faults(7)), exchange("", "id 234;", faults(8))
	if d := Diff(a, b, digits); d != "" {
		t.Errorf("it says\n%s", d)
	}
	if got := aspects(Comparison{}, a, exchange("", "id 1;", faults(8))); len(got) != 1 || got[0] != "faults" {
		t.Errorf("%q differ, want faults", got)
	}
}

// Two ranges side by side are as one.
func TestDiffIgnoresRangesThatTouch(t *testing.T) {
	a, b := exchange("", "ab", acted("cut", 2)), exchange("", "abcd", acted("cut", 3))
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
