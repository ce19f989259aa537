package script_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/script"
)

var (
	postgres = script.Prefixed(script.Length{Before: 1, CountsItself: true})
	mysql    = script.Prefixed(script.Length{Bytes: 3, LittleEndian: true, Extra: -1})
	dns      = script.Prefixed(script.Length{Bytes: 2})
	http     = script.Until("\r\n\r\n")
)

// Each step has rows in which it is met, and rows in which it is not.
func TestEachStep(t *testing.T) {
	for _, tt := range []struct {
		why    string
		script script.Script
		client client
		answer string   // if it is met
		words  []string // of the mismatch; nil: it is met
	}{
		{why: "the server speaks first", script: script.Script{send("220 hello\r\n"), expectLine("QUIT"), send("221 bye\r\n")},
			client: says("QUIT\n"), answer: "220 hello\r\n221 bye\r\n"},
		{why: "it closes after its answer, and what comes after that is nobody's", script: pingPong,
			client: says("PING\r\nPING\r\n"), answer: "PONG\r\n"},
		{why: "an exact text ends early", script: pingPong, client: says("PIN"),
			words: []string{`byte 3: want "PING\r\n", got "PIN": the client ended its stream`}},
		{why: "an exact text does not come", script: pingPong, client: says(""),
			words: []string{`byte 0: want "PING\r\n", got nothing: the client ended its stream`, "left: send"}},
		{why: "a reset is not an end of stream", script: pingPong, client: client{pieces: []string{"PI"}, resets: true},
			words: []string{`got "PI": the client reset the connection`}},
		{why: "the server closes", script: pingPong, client: client{pieces: []string{"PI"}, stays: true},
			words: nil},
		{why: "what comes later counts from the stream's beginning", script: script.Script{expect("abc"), expect("def")}, client: says("abcdXf"),
			words: []string{"step 2 of 2, ", "byte 4", `want @3  "def"`, `got  @3  "dXf"`}},

		{why: "a line, ended either way", script: script.Script{expectLine("A"), expectLine("B"), expectLine("")}, client: says("A\nB\r\n\n"), answer: ""},
		{why: "a line that goes on", script: script.Script{expectLine("QUIT")}, client: says("QUITE\n"),
			words: []string{`want the line "QUIT", got "QUITE\n"`, "byte 4"}},
		{why: "a line that is too short", script: script.Script{expectLine("QUIT")}, client: says("QUI\r\n"), words: []string{"byte 3"}},
		{why: "a line with a return in it", script: script.Script{expectLine("QUIT")}, client: says("QUIT\rX\n"), words: []string{"byte 5"}},

		{why: "a line with two returns", script: script.Script{expectLine("QUIT")}, client: says("QUIT\r\r\n"), words: []string{"byte 5"}},
		{why: "a pattern for nothing", script: script.Script{expectMatch(`\b`, 9)}, client: says("abc"), words: []string{"byte 0", "the pattern has matched no bytes at all"}},

		{why: "groups, numbered and named", script: script.Script{expectMatch(`GET (?P<key>\w+) (\d+)\r\n`, 100), sendExpand("${key}=$2 $$$0")},
			client: says("GET ab 12\r\n"), answer: "ab=12 $GET ab 12\r\n"},
		{why: "the shortest match", script: script.Script{expectMatch(`a+`, 0), expect("aab")}, client: says("aaab")},
		{why: "a pattern fails where nothing can match any more", script: script.Script{expectMatch(`GET (\w+)\r\n`, 100)}, client: says("GET a-b\r\n"),
			words: []string{`byte 5: want a match of /GET (\w+)\r\n/, got "GET a-b\r\n"`}},
		{why: "a pattern with a line's end in it is shown on one line", script: script.Script{expectMatch("GET (\\w+)\r\n", 100)}, client: says("GET a-b\r\n"),
			words: []string{`want a match of /GET (\w+)\r\n/, got`}},
		{why: "a dot and \\x{FFFD} match a byte that is no character", script: script.Script{expectMatch(`.\x{FFFD}[^a]a`, 4)}, client: says("\x82\x90\xffa")},
		{why: "a byte above 0x7f is not the character of that number", script: script.Script{expectMatch(`\x82`, 4)}, client: says("\x82"),
			words: []string{"byte 0", `want a match of /\x82/, got "\x82"`}},
		{why: "a pattern has its bound", script: script.Script{expectMatch(`[a-z]+\n`, 4)}, client: says("abcdef\n"),
			words: []string{"byte 4", "4 bytes have come without a match"}},
		{why: "a match of the longest that may be", script: script.Script{expectMatch(`[a-z]+\n`, 7)}, client: says("abcdef\n")},
		{why: "a pattern ends early", script: script.Script{expectMatch(`[a-z]+\n`, 7)}, client: says("abc"), words: []string{`got "abc": the client ended its stream`}},
		{why: "the stream's end is a word's", script: script.Script{expectMatch(`\w+\b`, 7), send("!")}, client: says("abc"), answer: "!"},
		{why: "what is looked at is not taken", script: script.Script{expectMatch(`\w+\b`, 7), expect("-x"), send("!")}, client: says("abc-x"), answer: "!"},
		{why: "send is literal", script: script.Script{send("$5\r\nhello\r\n")}, client: says(""), answer: "$5\r\nhello\r\n"},

		{why: "of a choice that is cut off, what could still come is shown", client: says("GET a"),
			script: script.Script{script.Choose(script.Script{expectLine("PING")}, script.Script{expect("GET a\r\n")})},
			words:  []string{`want @0  "GET a\r\n"`, "the client ended its stream"}},
		{why: "steps are repeated", script: script.Script{script.Repeat(3, expect("a"), send("b"))}, client: says("aaa"), answer: "bbb"},
		{why: "a round is missing", script: script.Script{script.Repeat(3, expect("a"), send("b"))}, client: says("aa"),
			words: []string{"step 1.1 of 1, round 3, expect \"a\": byte 2"}},
		{why: "a loop ends with the stream, and the steps after it are done", script: script.Script{script.Loop(expect("a"), send("b")), send("end")},
			client: says("aaa"), answer: "bbbend"},
		{why: "a loop without a round", script: script.Script{script.Loop(expect("a"), send("b")), send("end")}, client: says(""), answer: "end"},
		{why: "the stream ends in the middle of a round", script: script.Script{script.Loop(expectLine("a"), expectLine("b"))}, client: says("a\nb\na\n"),
			words: []string{"step 1.2 of 1, round 2, expect-line \"b\": byte 6", "the client ended its stream"}},
		{why: "the stream ends within the first step of a round", script: script.Script{script.Loop(expectLine("ab"))}, client: says("ab\na"),
			words: []string{"round 2,", `got "a": the client ended its stream`}},
		{why: "a loop whose client is reset", script: script.Script{script.Loop(expectLine("ab"))}, client: client{pieces: []string{"ab\n"}, resets: true},
			words: []string{"round 2,", `the client reset the connection`}},
		{why: "a server that prompts", script: script.Script{script.Loop(send("> "), expectLine("a"))}, client: says("a\na\n"), answer: "> > > "},
		{why: "a loop in a loop", script: script.Script{script.Loop(script.Loop(expect("a"))), send("!")}, client: says("aa"), answer: "!"},

		{why: "a choice", script: choice, client: says("GET\nSET\nGET\n"), answer: "gsg"},
		{why: "the end of a choice ends the loop", script: choice, client: says("GET\nQUIT\nGET\n"), answer: "g"},
		{why: "none of a choice", script: choice, client: says("GET\nGOT\n"),
			words: []string{`step 1.1 of 1, round 2, choose: byte 5: want the line "GET" or the line "SET" or the line "QUIT", got "GOT\n"`, `want @4  "GET\n"`}},
		{why: "a choice by the fewest bytes", script: script.Script{script.Choose(script.Script{expectMatch(`a+b`, 9), send("1")}, script.Script{expect("aaa"), send("2")})},
			client: says("aaab"), answer: "2"},
		{why: "a choice by its order", script: script.Script{script.Choose(script.Script{expectMatch(`a.`, 9), send("1")}, script.Script{expectMatch("a[bc]", 9), send("2")})},
			client: says("ab"), answer: "1"},
		{why: "a step of an alternative", script: script.Script{script.Choose(script.Script{expect("a"), expect("b")}, script.Script{expect("x"), expect("y")}), expect("z")},
			client: says("xz"), words: []string{"step 1.2.2 of 2, expect \"y\": byte 1", "left: expect \"z\""}},

		{why: "done within its time", script: script.Script{script.Within(2*time.Millisecond, expect("ab")), script.Wait(time.Hour), send("!")}, client: cut("ab", 1), answer: "!"},
		{why: "not done within its time", script: script.Script{script.Within(5*time.Millisecond, send("x"), expect("ab"))}, client: client{pieces: []string{"a"}, stays: true},
			words: []string{`step 1.2 of 1, expect "ab": byte 1: want "ab", got "a": not within 5ms`}},
		{why: "a wait takes too long", script: script.Script{script.Within(5*time.Millisecond, script.Wait(time.Second))}, client: says(""),
			words: []string{`want to wait 1s, got nothing: not within 5ms`}},
		{why: "the sooner of two ends", script: script.Script{script.Within(time.Millisecond, script.Within(time.Second, expect("a")))}, client: client{stays: true},
			words: []string{`not within 1ms`}},

		{why: "half-close", script: script.Script{send("x"), script.CloseWrite(), expect("after")}, client: says("after"), answer: "x"},
		{why: "after the half-close", script: script.Script{send("x"), script.CloseWrite(), expect("after")}, client: says("aft"), answer: "x", words: []string{"byte 3"}},

		{why: "until", script: script.Script{http.Expect("GET / HTTP/1.1\r\nA: b"), http.Send("HTTP/1.1 200 OK")}, client: says("GET / HTTP/1.1\r\nA: b\r\n\r\n"),
			answer: "HTTP/1.1 200 OK\r\n\r\n"},
		{why: "until, with a pattern and a message's end", script: script.Script{http.ExpectMatch(`(GET|PUT) (\S+) (?s:.*)$`), http.SendExpand("$1 $2")},
			client: says("GET /a HTTP/1.1\r\nA: b\r\n\r\n"), answer: "GET /a\r\n\r\n"},
		{why: "until fails at the first byte", script: script.Script{http.ExpectMatch(`GET (\S+) `)}, client: says("GEX /a HTTP/1.1\r\nA: b\r\n\r\n"), words: []string{"byte 2"}},
		{why: "until ends without a match", script: script.Script{http.ExpectMatch(`GET (\S+) HTTP`)}, client: says("GET /a\r\n\r\n"),
			words: []string{"byte 9", "the message has ended without a match", `in until "\r\n\r\n"`}},
		{why: "until is too long", script: script.Script{http.Max(5).ExpectMatch(`GET`)}, client: says("GET /a\r\n\r\n"), words: []string{"longer than 5 bytes"}},
		{why: "lines with a pattern", script: script.Script{script.Lines().ExpectMatch(`GET (.*)`), script.Lines().SendExpand("<$1>")}, client: says("GET a b\r\n"), answer: "<a b>\r\n"},
		{why: "a line is too long", script: script.Script{script.Lines().Max(3).ExpectMatch(`.*`)}, client: says("abcd\n"), words: []string{"longer than 3 bytes"}},
		{why: "a return at a line's end is not the message's", script: script.Script{script.Lines().ExpectMatch(`a(?m:$)`), send("!")}, client: says("a\r\n"), answer: "!"},
		{why: "fixed", script: script.Script{script.Fixed(3).Expect("abc"), script.Fixed(2).ExpectMatch(`(.)`), script.Fixed(2).SendExpand("$1!")}, client: says("abcde"), answer: "d!"},
		{why: "fixed does not match", script: script.Script{script.Fixed(3).ExpectMatch(`ab$`)}, client: says("abc"), words: []string{"byte 2", "in fixed 3"}},
		{why: "a length of 2 bytes", script: script.Script{dns.Expect("hello"), dns.Send("hi")}, client: says("\x00\x05hello"), answer: "\x00\x02hi"},
		{why: "another length", script: script.Script{dns.Expect("hello")}, client: says("\x00\x06hello!"), words: []string{"byte 1", "want @0  00 05 68", "got  @0  00 06 68"}},
		{why: "a length that counts itself, after a letter", script: script.Script{postgres.Expect("QSELECT 1\x00"), postgres.Send("ZI")},
			client: says("Q\x00\x00\x00\x0dSELECT 1\x00"), answer: "Z\x00\x00\x00\x05I"},
		{why: "the same, with a pattern", script: script.Script{postgres.ExpectMatch(`QSELECT (\d)\x00$`), postgres.SendExpand("D$1")},
			client: says("Q\x00\x00\x00\x0dSELECT 7\x00"), answer: "D\x00\x00\x00\x057"},
		{why: "the same, where it differs", script: script.Script{postgres.ExpectMatch(`QSELECT (\d)\x00$`)},
			client: says("Q\x00\x00\x00\x0dSELECTED\x00"), words: []string{"byte 11"}},
		{why: "the same, where its early machine can say it", script: script.Script{postgres.ExpectMatch(`QSELECT (\d)`)},
			client: says("Q\x00\x00\x00\x0dSELXCT 7\x00"), words: []string{"byte 8"}},
		{why: "a length that is too small for itself", script: script.Script{postgres.ExpectMatch(`Q`)}, client: says("Q\x00\x00\x00\x03"), words: []string{"the length is 3, want 4 or more", "byte 4"}},
		{why: "a length that is too long", script: script.Script{postgres.Max(10).ExpectMatch(`Q`)}, client: says("Q\x00\x01\x00\x03"), words: []string{"the length is 65539, for a message longer than 10 bytes"}},
		{why: "a length that does not count all, little-endian", script: script.Script{mysql.ExpectMatch(`(.)\x03SELECT (\d)$`), mysql.SendExpand("\x01$2")},
			client: says("\x0a\x00\x00" + "\x00\x03SELECT 1"[:10]), words: []string{"the client ended its stream"}},
		{why: "the same, met", script: script.Script{mysql.ExpectMatch(`\x00\x03SELECT (\d)$`), mysql.SendExpand("\x01$1")},
			client: says("\x09\x00\x00\x00\x03SELECT 1"), answer: "\x01\x00\x00\x011"},
		{why: "a length that is too long with what comes before", script: script.Script{script.Prefixed(script.Length{Bytes: 1, Before: 5}).Max(10).ExpectMatch(`.`)},
			client: says("12345\x06"), words: []string{"the length is 6, for a message longer than 10 bytes"}},
		{why: "the largest length", script: script.Script{script.Prefixed(script.Length{Bytes: 8, Before: 1}).ExpectMatch(`.`)},
			client: says("1" + strings.Repeat("\xff", 8)), words: []string{"the length is 18446744073709551615, for a message longer than 65536 bytes"}},
		{why: "the largest length, and more", script: script.Script{script.Prefixed(script.Length{Bytes: 8, Extra: -2}).ExpectMatch(`.`)},
			client: says(strings.Repeat("\xff", 8)), words: []string{"the length is 18446744073709551615, for a message longer than 65536 bytes"}},
		{why: "an empty message", script: script.Script{dns.Expect(""), dns.ExpectMatch("$"), dns.Send("")}, client: says("\x00\x00\x00\x00"), answer: "\x00\x00"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			o := serve(t, tt.script, tt.client)
			switch {
			case tt.words != nil:
				o.wantMismatch(t, tt.words...)
			case tt.client.stays:
				o.wantMismatch(t, "the server was closed")
			default:
				o.want(t, tt.answer)
			}
		})
	}
}

var choice = script.Script{script.Loop(script.Choose(
	script.Script{expectLine("GET"), send("g")},
	script.Script{expectLine("SET"), send("s")},
	script.Script{expectLine("QUIT"), script.Close()},
))}
