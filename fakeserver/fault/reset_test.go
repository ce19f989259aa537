package fault

import "testing"

func TestResetActsAsSoonAsItsByteHasPassed(t *testing.T) {
	wantSteps(t, "abcdef", "abc reset@3", ToClient(Reset{}).AfterBytes(3))
	wantSteps(t, "abc", "abc reset@3", ToClient(Reset{}).AfterBytes(3))
	wantSteps(t, "ab", "ab", ToClient(Reset{}).AfterBytes(3))
	wantSteps(t, "abc", "reset@0", ToClient(Reset{}))
}

func TestRoomEndsWhereAPointIs(t *testing.T) {
	s := compile(t, Streams, 1, FromClient(Reset{}).AfterBytes(3)).Stream(1, 1)
	if n := s.Room(); n != 3 {
		t.Errorf("Room = %d at the beginning, want 3", n)
	}
	s.Feed([]byte("ab"), 0)
	if n := s.Room(); n != 1 {
		t.Errorf("Room = %d after 2 bytes, want 1", n)
	}
	s.Feed([]byte("c"), 0)
	if n := s.Room(); n != 0 {
		t.Errorf("Room = %d after the reset, want 0", n)
	}
}

// Of two endings at one offset the plan's first is the one. The other was reached, and
// the report does not claim that the bytes for it are lacking.
func TestEndingThatIsSecondAtAnOffsetIsArmed(t *testing.T) {
	g := compile(t, Streams, 1, ToClient(Close{}).AfterBytes(2), ToClient(Reset{}).AfterBytes(2))
	s := g.Stream(1, toClient)
	for _, step := range s.Feed([]byte("ab"), 0) {
		s.Done(step)
	}
	rules := g.Report().Rules
	if rules[0].State != Fired || rules[1].State != Armed {
		t.Errorf("close %v and reset %v, want fired and armed", rules[0].State, rules[1].State)
	}
	if err := g.Report().Verify(); err == nil {
		t.Error("Verify let a rule pass that can never act")
	}
}

func TestResetIsForStreams(t *testing.T) {
	wantInvalid(t, Datagrams, ToClient(Reset{}), "reset is not a fault of datagrams")
}
