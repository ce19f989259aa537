package fault

import (
	"testing"
	"time"
)

func TestAtStartIsForOutagesAndTakesNoTriggerButNow(t *testing.T) {
	down := AtStart(Down{For: time.Second})
	for _, m := range []Medium{Streams, Datagrams} {
		compile(t, m, 1, down, down.Now(), down.Times(1), down.WithProbability(.5).MustHit())
		wantInvalid(t, m, AtStart(Down{}), "for good is fault.Forever")
		wantInvalid(t, m, AtStart(Restart{}), "AtStart is for Down and IgnoreDials, not for restart")
		wantInvalid(t, m, AtStart(Latency{Delay: 1}), "AtStart is for Down and IgnoreDials, not for latency")
		wantInvalid(t, m, down.OnConn(1), "it takes no OnConn or FromConn")
		wantInvalid(t, m, down.FromConn(2), "it takes no OnConn or FromConn")
		wantInvalid(t, m, down.AfterTime(1), "it takes no After but Now")
		wantInvalid(t, m, down.AfterMatch("x"), "it takes no After but Now")
		wantInvalid(t, m, down.AfterMatch("x").Now(), "it takes no After but Now")
		wantInvalid(t, m, down.AfterWrites(1), "it takes no After but Now")
		wantInvalid(t, m, down.ForTime(1), "acts once")
		wantInvalid(t, m, down.Times(2), "AtStart acts once")
		wantInvalid(t, m, down.Containing("x"), "Containing")
		wantInvalid(t, m, FromClient(Down{For: 1}).AfterMatchIn(ServerStart, "x"), "want FromClient or ToClient")
	}
	wantInvalid(t, Streams, down.AfterBytes(1), "it takes no After but Now")
	wantInvalid(t, Datagrams, down.AfterDatagrams(1), "it takes no After but Now")
	wantInvalid(t, Datagrams, down.Containing("x"), "it takes no Containing")
	wantInvalid(t, Datagrams, AtStart(Loss{Nth: 1}), "AtStart is for Down and IgnoreDials, not for loss")
}
