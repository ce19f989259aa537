package fault

import (
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestStreamIsNilWithoutRules(t *testing.T) {
	g := compile(t, Streams, 1, ToClient(Reset{}).OnConn(2))
	if g.Stream(1, toClient) != nil || g.Stream(2, fromClient) != nil {
		t.Error("a direction without rules got a stream, which costs a pump")
	}
	if g.Stream(2, toClient) == nil {
		t.Error("a direction with a rule got no stream")
	}
}

// HasStream says so without making one.
func TestHasStreamKnowsWhetherThereIsOne(t *testing.T) {
	for _, r := range []Rule{
		ToClient(Reset{}), FromClient(Reset{}), ToClient(Reset{}).OnConn(2), FromClient(Reset{}).FromConn(2), OnAccept(Reset{}),
		ToClient(Reset{}).AfterMatch("a"), ToClient(Reset{}).AfterMatchIn(fromClient, "a"), FromClient(Reset{}).AfterMatchIn(toClient, "a").OnConn(1),
	} {
		g := compile(t, Streams, 1, r)
		for conn := 1; conn <= 3; conn++ {
			for _, d := range []transcript.Direction{fromClient, toClient} {
				if has, stream := g.HasStream(conn, d), g.Stream(conn, d); has != (stream != nil) {
					t.Errorf("%v: conn %d, %v: HasStream is %v, and the stream %v", r, conn, d, has, stream)
				}
			}
		}
	}
}

func TestStreamTakesNothingAfterAnEnding(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Close{}).AfterBytes(2)).Stream(1, toClient)
	s.Feed([]byte("abcd"), 0)
	if s.Taken() != 2 {
		t.Errorf("Taken = %d, want 2", s.Taken())
	}
	if n := len(s.Tick(0)) + len(s.Feed([]byte("ef"), 0)) + len(s.Tick(time.Hour)) + len(s.Finish(0)); n != 0 || s.Taken() != 2 {
		t.Errorf("%d steps after the ending, %d bytes taken", n, s.Taken())
	}
	if _, ok := s.Alarm(); ok {
		t.Error("an alarm after the ending")
	}
}

func TestFinishComesOnce(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Latency{Delay: ms})).Stream(1, toClient)
	if first, second := len(s.Finish(0)), len(s.Finish(0)); first != 2 || second != 0 {
		t.Errorf("%d and %d steps, want a mark and a finish, and then none", first, second)
	}
}

// A rule that acts once goes by time even when nothing is sent: Alarm says when, and
// Tick does it.
func TestAlarmLetsAPointByTimeAct(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Reset{}).AfterTime(5*ms), ToClient(Stall{}).AfterTime(3*ms)).Stream(1, toClient)
	if n := len(s.Tick(0)); n != 0 {
		t.Fatalf("%d steps at the start, want none", n)
	}
	for _, tt := range []struct {
		alarm time.Duration
		op    decide.Op
	}{{3 * ms, decide.OpStall}, {5 * ms, decide.OpReset}} {
		if at, ok := s.Alarm(); !ok || at != tt.alarm {
			t.Fatalf("Alarm = %v, %v, want %v", at, ok, tt.alarm)
		}
		if early := s.Tick(tt.alarm - 1); len(early) != 0 {
			t.Fatalf("before its time: %+v", early)
		}
		if all := s.Tick(tt.alarm); len(all) != 1 || all[0].Op != tt.op || all[0].Offset != 0 {
			t.Fatalf("at %v: %+v, want %v at 0", tt.alarm, all, tt.op)
		}
	}
}

// With an offset and a time both have to come, whichever is first.
func TestPointByOffsetAndTime(t *testing.T) {
	r := ToClient(Reset{}).AfterBytes(1).AfterMatch("c").AfterTime(5 * ms)
	s := compile(t, Streams, 1, r).Stream(1, toClient)
	s.Tick(0)
	s.Feed([]byte("ab"), ms)
	if _, ok := s.Alarm(); ok {
		t.Error("an alarm before the offset")
	}
	if room := s.Room(); room != 1 {
		t.Errorf("Room = %d before the match, want 1", room)
	}
	s.Feed([]byte("cd"), 2*ms)
	if at, ok := s.Alarm(); !ok || at != 5*ms {
		t.Errorf("Alarm = %v, %v after the offset, want 5ms", at, ok)
	}
	if s.Room() < 1000 {
		t.Errorf("Room = %d while only the time is missing, want no limit", s.Room())
	}
	if all := s.Tick(5 * ms); len(all) != 1 || all[0].Offset != 4 {
		t.Errorf("at 5 ms: %+v, want a reset at 4", all)
	}

	late := compile(t, Streams, 1, r).Stream(1, toClient)
	if all := late.Feed([]byte("abcd"), 9*ms); all[len(all)-1].Op != decide.OpReset || late.Taken() != 3 {
		t.Errorf("when the time came first: %+v, want a reset at 3", all)
	}
}

// Other rules go by the time at which bytes come.
func TestStretchesByTime(t *testing.T) {
	feed := func(r Rule) string {
		s := compile(t, Streams, 1, r).Stream(1, toClient)
		s.Tick(0)
		if at, ok := s.Alarm(); ok {
			t.Errorf("%+v: an alarm at %v for what acts on bytes", r, at)
		}
		got := ""
		for i, b := range "abcdefgh" { // one each 10 ms
			for _, step := range s.Feed([]byte{byte(b)}, time.Duration(i)*10*ms) {
				got += string(step.Data)
			}
		}
		return got
	}
	hole := ToClient(Blackhole{})
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{hole.AfterTime(20 * ms), "ab"},
		{hole.AfterTime(21 * ms), "abc"},
		{hole.ForTime(30 * ms), "defgh"},
		{hole.AfterTime(20 * ms).ForTime(25 * ms), "abfgh"},
		{hole.AfterTime(20 * ms).ForBytes(1), "abdefgh"},
		{hole.AfterTime(20 * ms).AfterBytes(5), "abcde"},
		{hole.AfterBytes(2).ForTime(30 * ms), "abefgh"}, // from byte 2, which came at 10 ms, until 40
		{hole.ForTime(time.Duration(1<<63 - 1)), ""},
	} {
		if got := feed(tt.rule); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.rule, got, tt.want)
		}
	}
}
