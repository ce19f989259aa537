package fault

import "testing"

func TestExitEndsTheConnectionAtItsByte(t *testing.T) {
	wantSteps(t, "abcdef", "abc exit@3", ToClient(Exit{}).AfterBytes(3))
	wantSteps(t, "abc", "exit@0", ToClient(Exit{}))
	wantSteps(t, "abcdef", "abcd exit@4", ToClient(Exit{}).AfterMatch("cd"), ToClient(Reset{}).AfterBytes(5))
	wantSteps(t, "ab", "ab", ToClient(Exit{}).AfterBytes(3))
}

func TestExitIsForStreamsAndNotOnAccept(t *testing.T) {
	wantInvalid(t, Datagrams, ToClient(Exit{}), "exit is not a fault of datagrams")
	wantInvalid(t, Streams, OnAccept(Exit{}), "not for exit: ToClient acts when the handler starts")
}
