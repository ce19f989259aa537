package fault

import (
	"slices"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// textsOf returns what the record says of rules that act, and counts it as done.
func textsOf(s decide.Stream, steps []decide.Step) (texts []string) {
	for _, step := range steps {
		if s.Done(step); step.Rule != "" && step.Op != decide.OpTell && step.Op != decide.OpDrop {
			texts = append(texts, step.Text)
		}
	}
	return texts
}

// The first act after a match in the other direction says where that was: in that direction's own
// offsets.
func TestRecordSaysWhereTheMatchWasInTheOtherDirection(t *testing.T) {
	const first, second = "after the match up to byte 5 FromClient", "after the match up to byte 18 FromClient"
	for kind, tt := range map[string]struct {
		fault  Fault
		first  []string // after the first match
		second []string
	}{
		"stall":     {Stall{For: ms}, []string{"for 1ms, " + first}, []string{"for 1ms, " + second}},
		"hold":      {Hold{Gate: "g"}, []string{"at gate g, " + first}, []string{"at gate g, " + second}},
		"latency":   {Latency{Delay: ms}, []string{"delays by 1ms, " + first}, []string{"delays by 1ms, " + second}},
		"bandwidth": {Bandwidth{BytesPerSecond: 1}, []string{"limits the speed, " + first}, []string{"limits the speed, " + second}},
		"blackhole": {Blackhole{}, []string{"drops what follows, " + first}, []string{"drops what follows, " + second}},
		"corrupt":   {Corrupt{Bits: []int64{0, 9}}, []string{"bit 0 flipped, " + first, "bit 1 flipped"}, []string{"bit 0 flipped, " + second, "bit 1 flipped"}},
		"slice":     {Slice{Size: 1}, []string{"boundary, " + first, "boundary", "boundary", "boundary"}, []string{"boundary, " + second, "boundary", "boundary", "boundary"}},
	} {
		t.Run(kind, func(t *testing.T) {
			r := ToClient(tt.fault).AfterMatchIn(fromClient, "GET").AfterEveryMatch("GET")
			if !isPoint(tt.fault) {
				r = r.ForBytes(3)
			}
			c := compile(t, Streams, 1, r)
			in, out := c.Stream(1, fromClient), c.Stream(1, toClient)
			textsOf(out, out.Feed([]byte("hello"), 0))
			for i, want := range [][]string{tt.first, tt.second} {
				textsOf(in, in.Feed([]byte([]string{"a GET of", " this, GET"}[i]), 0))
				got := textsOf(out, out.Tick(0))
				if got = append(got, textsOf(out, out.Feed([]byte("abcd"), 0))...); !slices.Equal(got, want) {
					t.Errorf("after match %d: %q, want %q", i+1, got, want)
				}
			}
		})
	}
}

// What ends the stream says it, too; a match in the rule's own direction needs no words: the act is
// just past it.
func TestRecordSaysWhichMatchHasEndedAStream(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{ToClient(Reset{}).AfterMatchIn(fromClient, "GET"), "after the match up to byte 3 FromClient"},
		{ToClient(Restart{}).AfterMatchIn(fromClient, "GET"), "back at once, after the match up to byte 3 FromClient"},
		{ToClient(Close{}).AfterMatchIn(toClient, "GET"), ""},
		{ToClient(Close{}).AfterMatch("GET"), ""},
		{ToClient(Close{}).AfterBytes(1), ""},
	} {
		c := compile(t, Streams, 1, tt.rule)
		if in := c.Stream(1, fromClient); in != nil {
			textsOf(in, in.Feed([]byte("GET"), 0))
		}
		out := c.Stream(1, toClient)
		got := textsOf(out, out.Tick(0))
		if got = append(got, textsOf(out, out.Feed([]byte("GET"), 0))...); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%v: %q, want %q", tt.rule, got, tt.want)
		}
	}
}

func TestRecordSaysWhichDatagramHadTheMatch(t *testing.T) {
	c := compile(t, Datagrams, 1, ToClient(Duplicate{Rate: 1}).AfterMatchIn(fromClient, "GET").AfterEveryMatch("GET").ForDatagrams(2))
	in, out := c.Peer(1, fromClient), c.Peer(1, toClient)
	var got []string
	for _, turn := range [][]string{{"hello", "a GET"}, {"a GET", "GET", "x"}} {
		for _, text := range turn {
			in.Next([]byte(text), 0)
		}
		for range 4 {
			for _, hit := range out.Next([]byte("answer"), 0).Fired {
				got = append(got, hit.Text)
			}
		}
	}
	want := []string{
		"delivered 2 times, after the match in datagram 2 FromClient", "delivered 2 times",
		"delivered 2 times, after the match in datagram 3 FromClient", // one window opens with the next datagram
		"delivered 2 times, after the match in datagram 4 FromClient", "delivered 2 times",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A direction in which nothing happens any more does not gather where matches were.
func TestSignalKeepsSoManyEnds(t *testing.T) {
	x := new(signal)
	for n := range int64(3 * maxEnds) {
		x.tell(10 * n)
	}
	if len(x.ends) != maxEnds || x.sent.Load() != 3*maxEnds {
		t.Errorf("%d ends of %d are kept, want %d", len(x.ends), x.sent.Load(), maxEnds)
	}
	for n, want := range map[int64]int64{5: 50, maxEnds - 1: 10 * (maxEnds - 1), maxEnds: nowhere, 3*maxEnds - 1: nowhere} {
		y := &signal{ends: slices.Clone(x.ends)}
		if got := y.take(n); got != want {
			t.Errorf("match %d was at %d, want %d", n, got, want)
		}
	}
	x.take(3*maxEnds - 1)
	x.tell(7)
	if got := x.take(3 * maxEnds); got != 7 {
		t.Errorf("the next was at %d, want 7", got)
	}
}
