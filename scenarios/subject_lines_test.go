package scenarios_test

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// unordered is l, which does not promise an order.
func unordered(l scenarios.NetworkLogger) scenarios.NetworkLogger {
	l.Unordered = true
	return l
}

// A logger with several connections has no order to promise.
func ExampleNetworkLogger_unordered() {
	_ = scenarios.DescribeNetworkLogger("log over two connections", func() scenarios.NetworkLogger {
		return scenarios.NetworkLogger{Unordered: true, Within: within, Open: reference.Spreads(within).Open}
	}, scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder, scenarios.SurvivesReset))
}

var _ = Describe("NetworkLogger.Unordered", func() {
	for _, p := range []scenarios.Promise[scenarios.NetworkLogger]{
		scenarios.LinesArriveWholeOnceInOrder, scenarios.SafeForManyGoroutines, scenarios.LastLineOfAPanicArrives, scenarios.SurvivesReset,
		scenarios.SurvivesRestart, scenarios.CountsLostLines, scenarios.ResendsNothingTwice, scenarios.CloseFlushes,
	} {
		It("lets a logger with two connections keep: "+p.Name, func(ctx SpecContext) {
			Expect(run(ctx, p, always(reference.Spreads(within)))).To(Succeed())
		}, bound)
	}

	It("is what a logger that reorders lines needs", func(ctx SpecContext) {
		Expect(run(ctx, scenarios.LinesArriveWholeOnceInOrder, always(unordered(reference.Reorders(within))))).To(Succeed())
		Expect(run(ctx, scenarios.LosesNothingInAReset, always(unordered(reference.Acknowledged(within))))).To(Succeed())
	}, bound)

	DescribeTable("still wants each line whole and once",
		func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger], l scenarios.NetworkLogger, evidence string) {
			wantBroken(run(hasty(ctx), p, always(unordered(l))), p.Name, evidence)
		},
		Entry("not lost", bound, scenarios.LinesArriveWholeOnceInOrder, reference.Drops(within), `"line 00007"… is missing`),
		Entry("not twice", bound, scenarios.LinesArriveWholeOnceInOrder, reference.Repeats(within), `"line 00007"… arrived twice`),
		Entry("not torn", bound, scenarios.SafeForManyGoroutines, reference.SendsInTwo(within), `line `),
		Entry("not lost in a reset", bound, scenarios.LosesNothingInAReset, good, `lines arrived`),
		Entry("not lost from then on", bound, scenarios.SurvivesReset, reference.StandardLogger("tcp", soon), `no line arrived again`),
	)
})

// underscores has an underscore in place of whatever is no letter, digit or dot.
func underscores(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.':
			return r
		}
		return '_'
	}, line)
}

// rewriting is l with lines that it rewrites.
func rewriting(l scenarios.NetworkLogger) scenarios.NetworkLogger {
	l.Plain = true
	open := l.Open
	l.Open = func(ctx context.Context, addr string) (scenarios.Log, error) {
		log, err := open(ctx, addr)
		prints, panics := log.Print, log.Panic
		log.Print = func(line string) { prints(underscores(line)) }
		log.Panic = func(line string) { panics(underscores(line)) }
		return log, err
	}
	return l
}

var _ = Describe("NetworkLogger.Plain", func() {
	for _, p := range []scenarios.Promise[scenarios.NetworkLogger]{
		scenarios.LinesArriveWholeOnceInOrder, scenarios.SafeForManyGoroutines, scenarios.LastLineOfAPanicArrives, scenarios.SurvivesReset,
		scenarios.SurvivesRestart, scenarios.ReportsRefusedCollector, scenarios.CountsLostLines, scenarios.ResendsNothingTwice,
		scenarios.NeverBlocksItsCaller, scenarios.CloseFlushes, scenarios.CloseIsBounded,
	} {
		It("lets a logger that rewrites lines keep: "+p.Name, func(ctx SpecContext) {
			Expect(run(ctx, p, always(rewriting(reference.NetworkLogger(within))))).To(Succeed())
		}, bound)
	}

	It("works over UDP", func(ctx SpecContext) {
		Expect(run(ctx, scenarios.LinesArriveWholeOnceInOrder, always(rewriting(goodUDP)))).To(Succeed())
		Expect(run(ctx, scenarios.SurvivesRestart, always(rewriting(goodUDP)))).To(Succeed())
	}, bound)

	DescribeTable("still wants each line whole, once and in order",
		func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger], l scenarios.NetworkLogger, evidence string) {
			wantBroken(run(hasty(ctx), p, always(rewriting(l))), p.Name, evidence)
		},
		Entry("not lost", bound, scenarios.LinesArriveWholeOnceInOrder, reference.Drops(within), `"line 00007"… is missing where "line 00008"… arrived`),
		Entry("not torn", bound, scenarios.LinesArriveWholeOnceInOrder, reference.Tears(within), `when the collector stops reading for a while: `),
		Entry("not twice", bound, scenarios.ResendsNothingTwice, reference.Replays(within), `"line 00001"… arrived 2 times`),
	)

	It("is what a logger that rewrites lines needs", func(ctx SpecContext) {
		l := rewriting(reference.NetworkLogger(soon))
		l.Plain = false
		wantBroken(run(hasty(ctx), scenarios.LinesArriveWholeOnceInOrder, always(l)), scenarios.LinesArriveWholeOnceInOrder.Name, `"line 00001"… is missing`)
	}, bound)
})
