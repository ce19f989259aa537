package scenarios_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

var _ = It("names the first byte of the sweep that breaks a logger", func(ctx SpecContext) {
	err := scenarios.RunInMemory(ctx, suite, scenarios.SurvivesReset, always(reference.Settles(within)))
	wantBroken(err, scenarios.SurvivesReset.Name, "reset after byte 43 of what it sends: no line arrived again") // a line has 42
}, NodeTimeout(time.Minute))
