package fault

import (
	"testing"
	"time"
)

func TestStallStopsAndGoesOn(t *testing.T) {
	wantSteps(t, "abcd", "ab stall@2 cd", ToClient(Stall{}).AfterBytes(2))
	wantSteps(t, "abcd", "ab stall@2+1s cd", ToClient(Stall{For: time.Second}).AfterBytes(2))
}

func TestStallComesBeforeAnEndingAtItsOffset(t *testing.T) {
	wantSteps(t, "abcd", "ab stall@2+1s reset@2",
		ToClient(Reset{}).AfterBytes(2), ToClient(Stall{For: time.Second}).AfterBytes(2))
}

func TestStallRefusesNonsense(t *testing.T) {
	wantInvalid(t, Streams, ToClient(Stall{For: -1}), "For is -1ns")
}
