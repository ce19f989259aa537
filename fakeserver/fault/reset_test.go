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

func TestResetIsForStreams(t *testing.T) {
	wantInvalid(t, Datagrams, ToClient(Reset{}), "reset is not a fault of datagrams")
}
