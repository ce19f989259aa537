package ledger_test

import "github.com/fakewire/fakewire/fakeserver/internal/servertest"

var (
	plan     = servertest.Plan
	writeCut = servertest.WriteCut
	wordsOf  = servertest.Words
	brief    = servertest.Brief
	greets   = servertest.Greets
	dialAny  = servertest.Dial
)
