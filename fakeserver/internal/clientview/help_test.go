package clientview_test

import "github.com/fakewire/fakewire/fakeserver/internal/servertest"

const patience = servertest.Patience

var (
	plan       = servertest.Plan
	wait       = servertest.Wait
	ended      = servertest.Ended
	wantEnding = servertest.WantEnding
	expect     = servertest.Expect
	says       = servertest.Says
	brief      = servertest.Brief
)
