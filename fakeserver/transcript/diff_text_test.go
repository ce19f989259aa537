package transcript_test

import (
	"regexp"
	"testing"

	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// said is what a person sees.
var said = map[string]struct {
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
	"what is ignored against a zero byte, later": {a: exchange("a one 1;", ""), b: exchange("a two \x00;", ""), ignore: []Ignore{digits}, want: `
conn 1 FromClient differs at byte 2, and from byte 7 on it is the same:
    a  @0  "a one "<ignored>";"
    b  @0  "a two \x00;"
              ^
`},
	"faults, by their offsets": {a: exchange("", "", acted("late", 9)), b: exchange("", "", acted("odd", 4)), want: `
conn 1 ToClient: only b has the fault odd at 4
conn 1 ToClient: only a has the fault late at 9
`},
	"the last of datagrams that are the same": {a: datagramsOf("one"), b: datagramsOf("one", "one"), want: `
peer 1 FromClient: only b has datagram 2: 3 bytes "one"
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
}

func TestDiffSays(t *testing.T) {
	for why, tt := range said {
		got := regexp.MustCompile(`sum \w{16}`).ReplaceAllString(Diff(tt.a, tt.b, tt.ignore...), "sum SUM")
		if got != tt.want[1:] {
			t.Errorf("%s: it says\n%s\nwant\n%s", why, got, tt.want[1:])
		}
	}
}
