package fault

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Rules that wait for an offset ahead are not looked at until it comes.
func TestStreamAwakeLeavesOutWhatIsFarAhead(t *testing.T) {
	p := Plan{Rules: []Rule{
		ToClient(Stall{}).AfterBytes(10),
		ToClient(Latency{Delay: 1}),
		ToClient(Reset{}).AfterBytes(20),
		ToClient(Reset{}).AfterMatch("x").AfterBytes(30),
		ToClient(Reset{}).AfterBytes(1 << 40),
	}}
	s := mustStream(t, p)
	for _, tt := range []struct {
		feed, awake  int
		until, stops int64
	}{
		{0, 2, 10, 10}, // the delay and the match
		{9, 2, 10, 10},
		{1, 3, 20, 20}, // and the stall, which is done, but still in the list
		{9, 3, 20, 20},
	} {
		s.Feed(make([]byte, tt.feed), 0)
		if a := s.awake; len(a.works) != tt.awake || a.until != tt.until || a.stops != tt.stops {
			t.Errorf("at byte %d, %d are awake until %d, and a reader stops at %d; want %d, %d, %d", s.offset, len(a.works), a.until, a.stops, tt.awake, tt.until, tt.stops)
		}
	}
	if steps := s.Feed(make([]byte, 5), 0); !s.ended || s.Taken() != 20 {
		t.Errorf("the reset at byte 20 left %v, at byte %d", steps, s.Taken())
	}
}

// What does not act costs nothing at each write, however many rules there are.
func TestStreamFeedDoesNotGrowWithRulesFarAhead(t *testing.T) {
	for _, n := range []int{1, 1000} {
		var p Plan
		for i := range n {
			p.Rules = append(p.Rules, ToClient(Reset{}).AfterBytes(1<<40+int64(i)))
		}
		s := mustStream(t, p)
		s.Tick(0)
		data := make([]byte, 64)
		s.Feed(data, 0)
		if len(s.awake.works) != 0 {
			t.Errorf("of %d rules, %d are looked at at each write, want 0", n, len(s.awake.works))
		}
		for _, step := range s.Feed(data, 0) {
			s.Done(step)
		}
	}
}

func mustStream(t *testing.T, p Plan) *stream {
	t.Helper()
	g := new(program)
	if err := g.compile(p, Streams); err != nil {
		t.Fatal(err)
	}
	return g.stream(1, transcript.ToClient)
}

// Each rule hears how far connections got, though not at once, and not from more of them than the tally remembers.
func TestTallyTellsEachRuleHowFarItGot(t *testing.T) {
	p := Plan{Rules: []Rule{ToClient(Reset{}).AfterBytes(1 << 40), FromClient(Reset{}).AfterBytes(1 << 40), ToClient(Close{}).AfterBytes(1 << 40).OnConn(2)}}
	g := new(program)
	if err := g.compile(p, Streams); err != nil {
		t.Fatal(err)
	}
	last := 3 * maxLate
	for range 2 {
		for conn := 1; conn <= last; conn++ {
			s := g.stream(conn, transcript.ToClient)
			for _, step := range s.Feed(make([]byte, conn), 0) {
				s.Done(step)
			}
		}
		if len(g.tally.late) > maxLate {
			t.Fatalf("the tally holds %d crews, want at most %d", len(g.tally.late), maxLate)
		}
	}
	want := []struct {
		conn   int
		offset int64
	}{{last, int64(last)}, {0, 0}, {2, 2}}
	for range 2 {
		for i, o := range g.report().Rules {
			if o.Conn != want[i].conn || o.Offset != want[i].offset {
				t.Errorf("rule %s got to byte %d on conn %d, want %d on conn %d", o.Key, o.Offset, o.Conn, want[i].offset, want[i].conn)
			}
		}
	}
}
