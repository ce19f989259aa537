package ledger_test

import "github.com/fakewire/fakewire/fakeserver/internal/servertest"

var (
	plan           = servertest.Plan
	wantGoroutines = servertest.WantGoroutines
	descriptors    = servertest.Descriptors
	writeCut       = servertest.WriteCut
	wordsOf        = servertest.Words
	brief          = servertest.Brief
	greets         = servertest.Greets
	dialAny        = servertest.Dial
)
