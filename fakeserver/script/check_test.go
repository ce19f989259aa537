package script_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/script"
)

// What can't work is refused before anything listens.
func TestValidateRefuses(t *testing.T) {
	long := strings.Repeat("x", 70000)
	for _, tt := range []struct {
		why    string
		script script.Script
		words  string
	}{
		{"no steps", script.Script{}, "the script has no steps"},
		{"the zero step", script.Script{{}, send("a")}, "step 1 of 2, no step: it is the zero Step"},
		{"nothing to expect", script.Script{expect("")}, `step 1 of 1, expect "": it expects no bytes`},
		{"nothing to send", script.Script{send("")}, "it sends no bytes"},
		{"a line's end in a line", script.Script{expectLine("a\n")}, "a line is given without"},
		{"half a line's end in a line", script.Script{expectLine("a\r")}, "a line is given without"},
		{"a pattern that is none", script.Script{expectMatch("(", 1)}, "missing closing )"},
		{"a pattern for the end of a stream", script.Script{expectMatch("a$", 1)}, "the end of the text"},
		{"a pattern for nothing", script.Script{expectMatch("a*", 1)}, "matches no bytes at all"},
		{"a bound below zero", script.Script{expectMatch("a", -1)}, "its bound is -1 bytes"},
		{"a template without a match", script.Script{sendExpand("$1")}, "no expect-match comes before it"},
		{"a template with another number", script.Script{expectMatch("(a)(b)", 1), sendExpand("$3")}, "there is no group 3 in /(a)(b)/, which has 2"},
		{"a template with another name", script.Script{expectMatch("(?P<x>a)", 1), sendExpand("$y")}, `there is no group "y" in /(?P<x>a)/: its groups are $0, $x`},
		{"a number before a letter", script.Script{expectMatch("(a)", 1), sendExpand("$1x")}, `a number before a letter is written ${1}x`},
		{"a lonely dollar", script.Script{expectMatch("(a)", 1), sendExpand("5$")}, `a $ that is to be sent is written $$`},
		{"an open brace", script.Script{expectMatch("(a)", 1), sendExpand("${1")}, `a $ that is to be sent is written $$`},
		{"a template after a loop, which may have had no round", script.Script{script.Loop(expectMatch("(a)", 1)), sendExpand("$1")}, "no expect-match comes before it"},
		{"a template in a loop's first round", script.Script{script.Loop(expect("x"), sendExpand("$1"), expectMatch("(a)", 1))}, "no expect-match comes before it"},
		{"a template in a loop's second round", script.Script{expectMatch("(a)(b)", 1), script.Loop(expect("x"), sendExpand("$2"), expectMatch("(a)", 1))}, "there is no group 2 in /(a)/"},
		{"a template after a choice", script.Script{script.Choose(script.Script{expectMatch("(a)", 1)}, script.Script{expect("b")}), sendExpand("$1")}, "no expect-match comes before it"},
		{"a negative wait", script.Script{script.Wait(-1)}, "it waits for -1ns"},
		{"a gate without a name", script.Script{script.Hold("")}, "its gate has no name"},
		{"a gate within a time", script.Script{script.Within(1, expect("a"), script.Hold("g"))}, "it may not be in within"},
		{"no time", script.Script{script.Within(0, expect("a"))}, "its time is 0s, want more than 0"},
		{"an empty block", script.Script{script.Within(1)}, "it has no steps"},
		{"a loop that never ends", script.Script{script.Loop(send("a"))}, "it never ends"},
		{"a loop of nothing", script.Script{script.Loop()}, "it has no steps"},
		{"no times", script.Script{script.Repeat(0, send("a"))}, "it repeats its steps 0 times"},
		{"after the end", script.Script{script.Close(), send("a"), send("b")}, "step 2 of 3, send \"a\": it is never reached: close has ended the script before"},
		{"after the reset", script.Script{script.Reset(), send("a")}, "reset has ended the script before"},
		{"after the end of the stream", script.Script{script.CloseWrite(), send("a")}, "it comes after close-write"},
		{"after the end of the stream, in the next round", script.Script{script.Loop(expect("b"), send("a"), script.CloseWrite())}, "it comes after close-write"},
		{"two ends of the stream", script.Script{script.CloseWrite(), script.CloseWrite()}, "the stream has been ended before"},
		{"no alternatives", script.Script{script.Choose()}, "it has no alternatives"},
		{"an alternative that begins with something else", script.Script{script.Choose(script.Script{expect("a")}, script.Script{send("b")})}, `alternative 2 begins with send "b", want an expectation`},
		{"an alternative of nothing", script.Script{script.Choose(script.Script{expect("a")}, nil)}, `alternative 2 begins with nothing, want an expectation`},
		{"each alternative ends", script.Script{script.Choose(script.Script{expect("a"), script.Close()}, script.Script{expect("b"), script.Reset()}), send("x")}, "each alternative of choose has ended the script before"},
		{"an alternative begins another", script.Script{script.Choose(script.Script{expect("GETSET")}, script.Script{expect("GET")})},
			`alternative 1, "GETSET", is never taken: alternative 2, "GET", is met by it before it has come to its end`},
		{"two alternatives are alike", script.Script{script.Choose(script.Script{expect("GET")}, script.Script{expect("GET")})}, `alternative 2, "GET", is never taken: alternative 1, "GET", is met by it first`},
		{"a pattern takes it", script.Script{script.Choose(script.Script{expectMatch("G.", 9)}, script.Script{expect("GET")})}, `alternative 2, "GET", is never taken`},
		{"a line takes it", script.Script{script.Choose(script.Script{expectLine("GET")}, script.Script{script.Until("\n").Expect("GET")})}, `alternative 2, "GET" in until "\n", is never taken`},
		{"a framing without an end", script.Script{script.Until("").Expect("a")}, "until has no end"},
		{"the end in the message", script.Script{script.Until("ab").Expect("xaby")}, `has "ab" in it`},
		{"the end begins in the message", script.Script{script.Until("aa").Send("xa")}, `has "aa" in it`},
		{"another size", script.Script{script.Fixed(3).Send("ab")}, `"ab" has 2 bytes, want 3`},
		{"no size", script.Script{script.Fixed(0).ExpectMatch("a")}, "fixed has 0 bytes"},
		{"too many bytes for the number", script.Script{script.Prefixed(script.Length{Bytes: 1}).Send(long[:256])}, "the length of the message would be 256, want 0 to 255"},
		{"a number below zero", script.Script{script.Prefixed(script.Length{Bytes: 1, Extra: -2}).Send("a")}, "the length of the message would be -1"},
		{"too large a number", script.Script{script.Prefixed(script.Length{Bytes: 9}).Send("a")}, "the length has 9 bytes, want 1 to 8"},
		{"too few bytes before the number", script.Script{script.Prefixed(script.Length{Before: 2}).Send("a")}, "of which 2 come before the length"},
		{"fewer than none before the number", script.Script{script.Prefixed(script.Length{Before: -2}).Send("a")}, "has -2 bytes before it"},
		{"too long a message", script.Script{script.Lines().Send(long)}, "the message has 70000 bytes, over the framing's max of 65536"},
		{"a max below zero", script.Script{script.Lines().Max(-1).Send("a")}, "a message may have -1 bytes"},
		{"a step in a step in a step", script.Script{send("a"), script.Loop(script.Choose(script.Script{expect("a"), send("")}))}, "step 2.1.1.2 of 2, send \"\": it sends no bytes"},
	} {
		if err := tt.script.Validate(); err == nil || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%s: Validate = %v, want %q", tt.why, err, tt.words)
		}
	}
}

// What looks much like the above is accepted.
func TestValidateAccepts(t *testing.T) {
	for _, s := range []script.Script{
		{script.Choose(script.Script{expect("GET ")}, script.Script{expect("GETSET ")})},
		{script.Choose(script.Script{script.Until("\n").Expect("GET")}, script.Script{expectLine("GET")})},
		{script.Choose(script.Script{expectMatch("(a)x", 9)}, script.Script{expectMatch("(b)y", 9)}), sendExpand("$1 $$ ${0}")},
		{expectMatch("(b)", 9), script.Loop(sendExpand("$1"), expectMatch("(a)", 9)), sendExpand("$1")},
		{script.Loop(script.Choose(script.Script{expect("a")}, script.Script{expect("b"), script.Close()})), send("x")},
		{script.Repeat(1, script.CloseWrite())},
		{script.Until("ab").Send("ba"), script.Lines().ExpectMatch("a$"), script.Lines().ExpectMatch("a*")},
	} {
		if err := s.Validate(); err != nil {
			t.Errorf("%v%v", s, err)
		}
	}
}

// A server is not started with such a script.
func TestListenRefusesAScriptThatCannotWork(t *testing.T) {
	_, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Sequence{pingPong, script.Script{expect("a"), script.Wait(-time.Second)}}})
	if !errors.Is(err, fakeserver.ErrConfig) || !strings.Contains(err.Error(), "handler 2, script.Script: step 2 of 2, wait -1s: it waits for -1s") {
		t.Errorf("Listen = %v", err)
	}
	_, err = fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: script.PacketScript{send(""), expect(""), expectLine("a"), script.CloseWrite()}})
	if !errors.Is(err, fakeserver.ErrConfig) || strings.Count(err.Error(), "\n") != 1 || !strings.Contains(err.Error(), `step 3 of 4, expect-line "a": it is not for datagrams: a datagram is a message as it is`) {
		t.Errorf("ListenPacket = %v", err)
	}
	for _, s := range []script.Step{script.Close(), script.Reset(), script.CloseWrite(), script.Fixed(1).Send("a")} {
		if err := (script.PacketScript{s}).Validate(); err == nil || !strings.Contains(err.Error(), "it is not for datagrams") {
			t.Errorf("%v: %v", s, err)
		}
	}
}
