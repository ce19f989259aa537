package fault

import "testing"

func TestHalfCloseEndsTheDirection(t *testing.T) {
	wantSteps(t, "abcdef", "abc half-close@3", ToClient(HalfClose{}).AfterBytes(3))
	wantSteps(t, "abcdef", "half-close@0", ToClient(HalfClose{}))
	wantSteps(t, "abcdef", "abcd half-close@4", ToClient(HalfClose{}).AfterMatch("cd"), ToClient(Reset{}).AfterBytes(5))
	wantSteps(t, "abcdef", "abcdef", ToClient(HalfClose{}).AfterBytes(7))
}

func TestHalfCloseIsForStreamsAndNotOnAccept(t *testing.T) {
	wantInvalid(t, Datagrams, ToClient(HalfClose{}), "half-close is not a fault of datagrams")
	wantInvalid(t, Streams, OnAccept(HalfClose{}), "not for half-close")
}
