package fault

import (
	"strings"
	"testing"
)

func TestForgeDeliversAnotherBesideTheDatagram(t *testing.T) {
	x, twice := []byte("xx"), ToClient(Duplicate{Rate: 1})
	for _, tt := range []struct {
		why   string
		rules []Rule
		want  string
		fires int
	}{
		{"after it", []Rule{ToClient(Forge{Bytes: x})}, "abcd xxcd", 1},
		{"before it", []Rule{ToClient(Forge{Bytes: x, First: true})}, "xxcd abcd", 1},
		{"at an offset", []Rule{ToClient(Forge{At: 1, Bytes: x})}, "abcd axxd", 1},
		{"as long as it", []Rule{ToClient(Forge{At: 3, Bytes: x})}, "abcd abcx", 1},
		{"not if it ends before", []Rule{ToClient(Forge{At: 4, Bytes: x})}, "abcd", 0},
		{"not if it is the same", []Rule{ToClient(Forge{At: 1, Bytes: []byte("bc")})}, "abcd", 0},
		{"after its copies", []Rule{twice, ToClient(Forge{Bytes: x})}, "abcd abcd xxcd", 2},
		{"before its copies", []Rule{twice, ToClient(Forge{Bytes: x, First: true})}, "xxcd abcd abcd", 2},
		{"with copies of its own", []Rule{ToClient(Forge{Bytes: x, First: true}), twice}, "xxcd abcd xxcd abcd", 2},
		{"one by each rule", []Rule{ToClient(Forge{Bytes: x}), ToClient(Forge{At: 2, Bytes: x, First: true})}, "abxx abcd xxcd", 2},
		{"changed by others", []Rule{ToClient(Truncate{Size: 3}), ToClient(Forge{Bytes: x}), ToClient(Overwrite{At: 2, Bytes: x})}, "abx xxx", 3},
		{"as late", []Rule{ToClient(Latency{Delay: ms}), ToClient(Forge{Bytes: x})}, "abcd+1ms xxcd+1ms", 2},
		{"not among so many", []Rule{ToClient(Duplicate{Rate: 1, Copies: 1000}), ToClient(Forge{Bytes: x})}, strings.Repeat(" abcd", 1001)[1:], 1},
	} {
		v := compile(t, Datagrams, 1, tt.rules...).Peer(1, toClient).Next([]byte("abcd"), 0)
		if got := strings.Join(deliveries(v), " "); got != tt.want || len(v.Fired) != tt.fires {
			t.Errorf("%s: %s, want %s; %d rules act, want %d", tt.why, got, tt.want, len(v.Fired), tt.fires)
		}
	}
}

func TestForgeLeavesTheSendersBytesAlone(t *testing.T) {
	mine, f := []byte("abcd"), Forge{Bytes: []byte("xx")}
	p := compile(t, Datagrams, 1, ToClient(f)).Peer(1, toClient)
	f.Bytes[0] = 'y' // the plan has its own
	if got := strings.Join(deliveries(p.Next(mine, 0)), " "); got != "abcd xxcd" || string(mine) != "abcd" {
		t.Errorf("delivered %s, and the sender's bytes became %q", got, mine)
	}
}

func TestForgeRefusesNonsense(t *testing.T) {
	wantInvalid(t, Datagrams, ToClient(Forge{}), "Bytes is empty")
	wantInvalid(t, Datagrams, ToClient(Forge{At: -1, Bytes: []byte("x")}), "At is -1")
	wantInvalid(t, Streams, ToClient(Forge{Bytes: []byte("x")}), "forge is not a fault of a stream")
}
