package fault

import (
	"testing"
	"time"
)

func TestIgnoreDialsStopsNothing(t *testing.T) {
	wantSteps(t, "abcdef", "abc ignore-dials@3+1s def", ToClient(IgnoreDials{For: time.Second}).AfterBytes(3))
	wantSteps(t, "abcdef", "abc down@3+1s ignore-dials@3+2s def", ToClient(Down{For: time.Second}).AfterBytes(3), ToClient(IgnoreDials{For: 2 * time.Second}).AfterBytes(3))
}

func TestIgnoreDialsIsForStreamsAndRefusesNonsense(t *testing.T) {
	wantInvalid(t, Streams, ToClient(IgnoreDials{}), "for good is fault.Forever")
	wantInvalid(t, Streams, ToClient(IgnoreDials{For: -1}), "For is -1ns")
	wantInvalid(t, Streams, ToClient(IgnoreDials{For: 1}).ForTime(1), "acts once")
	wantInvalid(t, Streams, ToClient(IgnoreDials{For: 1}).Times(2), "acts once")
	wantInvalid(t, Datagrams, FromClient(IgnoreDials{For: 1}), "it is for streams")
	wantInvalid(t, Datagrams, AtStart(IgnoreDials{For: 1}), "it is for streams")
	compile(t, Streams, 1, AtStart(IgnoreDials{For: 1}), OnAccept(IgnoreDials{For: Forever}), FromClient(IgnoreDials{For: 1}).AfterMatch("x").Times(2))
}
