package scenarios_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// Loggers are put to the test one after another: some flood their collector, and what
// others keep can be measured only while nothing else runs.
var _ = duels("a logger's promise", 1,
	loggerDuel(scenarios.LinesArriveWholeOnceInOrder, good, reference.Drops(within), `on a healthy wire: "line 00007"… is missing where "line 00008"… arrived`),
	loggerDuel(scenarios.LinesArriveWholeOnceInOrder, good, reference.Repeats(within), `on a healthy wire: "line 00007"… arrived after "line 00007"…`),
	loggerDuel(scenarios.LinesArriveWholeOnceInOrder, good, reference.Reorders(within), `on a healthy wire: "line 00001"… is missing where "line 00002"… arrived`),
	loggerDuel(scenarios.LinesArriveWholeOnceInOrder, good, reference.Tears(within), `when the collector stops reading for a while: `),
	loggerDuel(scenarios.SafeForManyGoroutines, good, reference.SendsInTwo(within), `is not one of those logged: "line 0`),
	loggerDuel(scenarios.SafeForManyGoroutines, goodUDP, reference.SendsLater(within), `of goroutine `),
	loggerDuel(scenarios.LastLineOfAPanicArrives, good, reference.LosesLastWords(within), `"line 00004"… is missing; 3 of 4 lines arrived`),
	loggerDuel(scenarios.ReportsRefusedCollector, good, reference.SaysNothing(soon), `refused from the start: the lines were lost without a word`),
	loggerDuel(scenarios.ReportsRefusedCollector, good, reference.StandardLogger("tcp", soon), `refused after a while: the lines were lost without a word`),
	loggerDuel(scenarios.ReportsRefusedCollector, goodUDP, reference.StandardLogger("udp", soon), `refused from the start: the lines were lost without a word`),
	loggerDuel(scenarios.SurvivesReset, good, reference.StandardLogger("tcp", soon), `reset after byte 1 of what it sends: no line arrived again`),
	loggerDuel(scenarios.SurvivesReset, reference.DropsItsQueue(within), reference.Settles(soon), `reset after byte 43 of what it sends: no line arrived again`), // a line has 42
	loggerDuel(scenarios.SurvivesReset, good, reference.DiesWithItsConnection(within), `panicked: write tcp`),
	loggerDuel(scenarios.SurvivesRestart, good, reference.GivesUp(soon), `and resets its connections: no line arrived again`),
	loggerDuel(scenarios.SurvivesRestart, reference.DropsItsQueue(within), reference.GivesUp(soon), `and resets its connections: no line arrived again`),
	loggerDuel(scenarios.SurvivesRestart, goodUDP, reference.GivesUpUDP(soon), `no line arrived again`),
	loggerDuel(scenarios.CountsLostLines, good, reference.CountsErrors(within), `Lost() = 0; `),
	loggerDuel(scenarios.ResendsNothingTwice, good, reference.Replays(within), `"line 00001"… arrived 2 times`),
	loggerDuel(scenarios.LosesNothingInAReset, reference.Replays(within), good, `reset after byte 1 of what it sends: "line 00001"… is missing where "line 0`),
	loggerDuel(scenarios.NeverBlocksItsCaller, reference.NetworkLogger(soon), reference.StandardLogger("tcp", soon), `did not return within`),
	loggerDuel(scenarios.CloseFlushes, good, reference.ForgetsItsBuffer(within), `closed right after line 1: "line 00001"… is missing; 0 of 1 lines arrived`),
	loggerDuel(scenarios.CloseFlushes, goodUDP, reference.EndsAbruptly(within), `closed right after line 1`).onSocketsOnly(),
	loggerDuel(scenarios.CloseIsBounded, reference.NetworkLogger(soon), reference.QueuesWithoutEnd(soon), `Close did not return within`),
	loggerDuel(scenarios.BoundedMemory, reference.NetworkLogger(soon), reference.QueuesWithoutEnd(within), `bytes more than before, want at most 16777216`),
	loggerDuel(scenarios.LosesNothingSilently, good, reference.StandardLogger("tcp", within), `when its connection was reset: 3 of 4 lines did not arrive, and were lost without a word`),
	loggerDuel(scenarios.LosesNothingSilently, reference.DropsItsQueue(within), reference.RedialsAtOnce(within), `is answered with an RST: 1 of 4 lines did not arrive, and were lost without a word`),
	loggerDuel(scenarios.LosesNothingSilently, good, reference.Replays(within), `when its connection ended with a FIN: 3 of 4 lines did not arrive, and were lost without a word`),
	loggerDuel(scenarios.CopesWithLateCollector, good, reference.StandardLogger("tcp", within), `when its collector comes late: Open: dial tcp`),
	loggerDuel(scenarios.CopesWithLateCollector, goodUDP, reference.GivesUpAtOnce(soon), `no line arrived again`),
	loggerDuel(scenarios.CopesWithLateCollector, reference.SaysNothing(within), reference.CountsNothing(within), `Lost() = 0; 4 of `),
	loggerDuel(scenarios.ReportsLinesAfterClose, good, reference.StandardLogger("tcp", within), `3 of 3 lines did not arrive, and were lost without a word`),
	loggerDuel(scenarios.ReportsLinesAfterClose, goodUDP, reference.StandardLogger("udp", within), `3 of 3 lines did not arrive, and were lost without a word`),
	loggerDuel(scenarios.ReportsLinesAfterClose, reference.DropsItsQueue(within), reference.RedialsAtOnce(within), `it came back to life, with a new socket: 3 of 3 lines arrived`),
	loggerDuel(scenarios.ReportsLinesAfterClose, reference.DropsItsConnection(within, soon), reference.PanicsAfterClose(within), `send on closed channel`),
	loggerDuel(scenarios.ReportsLinesAfterClose, good, reference.HangsAfterClose(soon), `did not return within`),
	loggerDuel(scenarios.CloseIsBoundedInAnOutage, reference.NetworkLogger(soon), reference.FlushesOnAndOn(soon), `when the collector refuses: Close did not return within`),
	loggerDuel(scenarios.CloseIsBoundedInAnOutage, goodUDP, reference.DialsOnAndOn(soon), `when connects are not answered: Close did not return within`),
	loggerDuel(scenarios.CloseIsBoundedInAnOutage, reference.StandardLogger("tcp", within), reference.WaitsForItsCollector(soon), `and does nothing: Close did not return within`),
	loggerDuel(scenarios.DeliversFirstLineAfterAnOutage, goodUDP, reference.BlamesTheNextLine(within), `and has refused a line: "line 00003"… is missing, the first one`),
	loggerDuel(scenarios.SurvivesAnyCollector, good, reference.StandardLogger("tcp", within), `lost: line 2, line 3, line 4, line 5, line 6, line 7, line 8 never arrived: nothing said so`),
	loggerDuel(scenarios.SurvivesAnyCollector, reference.Acknowledged(within), reference.FlushesOnAndOn(soon), `hang: close 1 did not return within 500ms, and 2s more`),
	loggerDuel(scenarios.SurvivesAnyCollector, goodUDP, reference.RedialsAtOnce(within), `lost: line 2`),
	loggerDuel(scenarios.NoReconnectStorm, reference.NetworkLogger(soon), reference.RedialsAtOnce(within), `it dialed `),
)

func loggerDuel(p scenarios.Promise[scenarios.NetworkLogger], keeps, breaks scenarios.NetworkLogger, evidence string) *duel {
	return duelOf(p, &keeps, &breaks, evidence)
}

// The loggers that keep what can be kept.
var (
	good    = reference.NetworkLogger(within)
	goodUDP = reference.UDPLogger(within)
)

var _ = DescribeTable("a UDP logger can't promise what is about",
	func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger], why string) {
		err := scenarios.Run(ctx, p, always(goodUDP))
		Expect(err).To(MatchError(scenarios.ErrSubject))
		Expect(err).To(MatchError(ContainSubstring("a UDP logger " + why)))
	},
	Entry("resets", scenarios.SurvivesReset, "has no connection"),
	Entry("what a reset costs", scenarios.CountsLostLines, "has no connection"),
	Entry("what is lost silently", scenarios.LosesNothingSilently, "has no connection"),
	Entry("what is sent twice", scenarios.ResendsNothingTwice, "has no connection"),
	Entry("what a reset loses", scenarios.LosesNothingInAReset, "has no connection"),
	Entry("waiting", scenarios.NeverBlocksItsCaller, "never waits"),
	Entry("queues", scenarios.BoundedMemory, "never waits"),
	Entry("waiting in Close", scenarios.CloseIsBounded, "never waits"),
	Entry("dials", scenarios.NoReconnectStorm, "makes no connections"),
)

var _ = It("goes on after the first trial that breaks a logger's promise, and says each way once", func(ctx SpecContext) {
	err := run(hasty(ctx), scenarios.LinesArriveWholeOnceInOrder, always(reference.Drops(within)))
	wantBroken(err, scenarios.LinesArriveWholeOnceInOrder.Name, "\nand when the collector stops reading for a while: ")
	err = run(hasty(ctx), scenarios.SurvivesReset, always(reference.StandardLogger("tcp", soon)))
	wantBroken(err, scenarios.SurvivesReset.Name, " more like this)")
}, NodeTimeout(time.Minute))

var _ = DescribeTable("Run says what is wrong with a logger whose",
	func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger], change func(*scenarios.NetworkLogger, *scenarios.Log), kind error, message string) {
		l := reference.NetworkLogger(soon)
		change(&l, &scenarios.Log{})
		open := l.Open
		l.Open = func(ctx context.Context, addr string) (scenarios.Log, error) {
			log, err := open(ctx, addr)
			change(&scenarios.NetworkLogger{}, &log)
			return log, err
		}
		err := scenarios.RunInMemory(ctx, suite, p, always(l))
		Expect(err).To(MatchError(kind))
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
	Entry("Blocks is negative", scenarios.NeverBlocksItsCaller, func(l *scenarios.NetworkLogger, _ *scenarios.Log) { l.Blocks = -1 },
		scenarios.ErrSubject, "Blocks, Memory and Dials are -1ns, 0 and 0, want 0 or more"),
	Entry("Lost is missing", scenarios.CountsLostLines, func(_ *scenarios.NetworkLogger, l *scenarios.Log) { l.Lost = nil },
		scenarios.ErrSubject, "Lost is nil"),
	Entry("Lost is absurd", scenarios.CountsLostLines, func(_ *scenarios.NetworkLogger, l *scenarios.Log) { l.Lost = func() int64 { return 13 } },
		scenarios.ErrBroken, "Lost() = 13; "),
	Entry("Lost hangs", scenarios.CountsLostLines, func(_ *scenarios.NetworkLogger, l *scenarios.Log) { l.Lost = func() int64 { select {} } },
		scenarios.ErrBroken, "Lost did not return within"),
	Entry("Err hangs", scenarios.ReportsRefusedCollector, func(_ *scenarios.NetworkLogger, l *scenarios.Log) { l.Err = func() error { select {} } },
		scenarios.ErrBroken, "Err did not return within"),
	Entry("Dials are few", scenarios.NoReconnectStorm, func(l *scenarios.NetworkLogger, _ *scenarios.Log) { l.Dials = 1 },
		scenarios.ErrBroken, "want at most 1"),
	Entry("Memory is small", scenarios.BoundedMemory, func(l *scenarios.NetworkLogger, _ *scenarios.Log) { l.Memory = 1 << 10 },
		scenarios.ErrBroken, "want at most 1024"),
)
