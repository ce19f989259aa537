package fault

import "testing"

func TestHoldStopsAtItsGate(t *testing.T) {
	wantSteps(t, "abcd", "ab hold@2 cd", ToClient(Hold{Gate: "g"}).AfterBytes(2))
	wantSteps(t, "abcd", "ab hold@2 reset@2", ToClient(Reset{}).AfterBytes(2), ToClient(Hold{Gate: "g"}).AfterBytes(2))
	s := compile(t, Streams, 1, ToClient(Hold{Gate: "g"})).Stream(1, toClient)
	if all := s.Tick(0); len(all) != 1 || all[0].Gate != "g" || all[0].Text != "at gate g" {
		t.Errorf("Start = %+v, want one hold at gate g", all)
	}
}

func TestHoldRefusesNonsense(t *testing.T) {
	wantInvalid(t, Streams, ToClient(Hold{}), "Gate is empty")
	wantInvalid(t, Streams, OnAccept(Hold{Gate: "g"}), "not for hold")
	wantInvalid(t, Datagrams, ToClient(Hold{Gate: "g"}), "hold is not a fault of datagrams")
}
