//go:build unix

package scenarios_test

import (
	"bufio"
	"context"
	"fmt"
	"log/syslog"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// devLog is a logger that sends to syslog's socket, which is at another path here.
func devLog(network string) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Network: network, Within: within, Open: func(_ context.Context, path string) (scenarios.Log, error) {
		w, err := syslog.Dial(network, path, syslog.LOG_INFO, "example")
		if err != nil {
			return scenarios.Log{}, err
		}
		return scenarios.Log{Print: func(line string) { w.Info(line) }, Close: w.Close}, nil
	}}
}

// The daemon behind /dev/log may be restarted: the socket's file is made anew.
func ExampleNetworkLogger_unixgram() {
	_ = scenarios.DescribeNetworkLogger("log/syslog to /dev/log", func() scenarios.NetworkLogger {
		return devLog("unixgram")
	}, scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder, scenarios.SurvivesRestart))
}

// These specs are of the kernel's sockets, in memory and on sockets.
var _ = Describe("A collector at a unix socket", func() {
	DescribeTable("gets lines as datagrams",
		func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger]) {
			Expect(scenarios.Run(ctx, p, func() scenarios.NetworkLogger { return devLog("unixgram") })).To(Succeed())
		},
		entryOf(scenarios.LinesArriveWholeOnceInOrder),
		entryOf(scenarios.SafeForManyGoroutines),
		entryOf(scenarios.LastLineOfAPanicArrives),
		entryOf(scenarios.SurvivesRestart),
		entryOf(scenarios.CloseFlushes),
	)

	DescribeTable("gets lines as a stream",
		func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger]) {
			Expect(scenarios.Run(ctx, p, func() scenarios.NetworkLogger { return devLog("unix") })).To(Succeed())
		},
		entryOf(scenarios.LinesArriveWholeOnceInOrder),
		entryOf(scenarios.SafeForManyGoroutines),
		entryOf(scenarios.LastLineOfAPanicArrives),
		entryOf(scenarios.SurvivesRestart),
		entryOf(scenarios.BoundedMemory),
		entryOf(scenarios.CloseFlushes),
	)

	It("sees what loggers break", bound, func(ctx SpecContext) {
		all := []struct {
			promise  scenarios.Promise[scenarios.NetworkLogger]
			logger   scenarios.NetworkLogger
			evidence string
			why      string
		}{
			{scenarios.CloseFlushes, neverFlushes("unix"), `"line 00001"… is missing`, "a lost line"},
			{scenarios.SurvivesRestart, reference.StandardLogger("unixgram", soon), "no line arrived again", "a socket that it keeps when the collector has another"},
			{scenarios.SurvivesRestart, reference.StandardLogger("unix", soon), "no line arrived again", "a connection that it keeps when the collector has ended"},
			{scenarios.ReportsRefusedCollector, reference.StandardLogger("unixgram", soon), "refused after a while: the lines were lost without a word", "errors that it throws away"},
			{scenarios.NeverBlocksItsCaller, reference.StandardLogger("unix", soon), "when the collector stops reading: Print(", "a Print that waits without an end"},
		}
		errs := make([]error, len(all))
		var wg sync.WaitGroup
		for i, b := range all { // at once: each does little but wait
			wg.Go(func() { errs[i] = scenarios.Run(hasty(ctx), b.promise, always(b.logger)) })
		}
		wg.Wait()
		for i, b := range all {
			By(b.why)
			wantBroken(errs[i], b.promise.Name, b.evidence)
		}
	})

	DescribeTable("can't do everything, and says what",
		func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger], network string, kind error, message string) {
			err := scenarios.Run(ctx, p, func() scenarios.NetworkLogger { return devLog(network) })
			Expect(err).To(MatchError(kind))
			Expect(err).To(MatchError(ContainSubstring(message)))
		},
		Entry("no reset", scenarios.SurvivesReset, "unix", scenarios.ErrLacks, "unix sockets have no RST"),
		Entry("no storm after a reset", scenarios.NoReconnectStorm, "unix", scenarios.ErrLacks, "unix sockets have no RST"),
		Entry("no connection", scenarios.SurvivesReset, "unixgram", scenarios.ErrLacks, "a unixgram logger has no connection"),
		Entry("no datagrams that nobody reads", scenarios.NeverBlocksItsCaller, "unixgram", scenarios.ErrLacks, "a unixgram logger waits for a collector that does not read"),
	)

	It("is not to be had in memory", func(ctx SpecContext) {
		err := scenarios.RunInMemory(ctx, suite, scenarios.LinesArriveWholeOnceInOrder, func() scenarios.NetworkLogger { return devLog("unixgram") })
		Expect(err).To(MatchError(scenarios.ErrSubject))
		Expect(err).To(MatchError(ContainSubstring("there are no unix sockets in memory")))
	})
})

// neverFlushes is a logger whose Close does not flush.
func neverFlushes(network string) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Network: network, Within: soon, Open: func(ctx context.Context, path string) (scenarios.Log, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, network, path)
		if err != nil {
			return scenarios.Log{}, err
		}
		w := bufio.NewWriter(conn)
		return scenarios.Log{Print: func(line string) { fmt.Fprintln(w, line) }, Close: conn.Close}, nil
	}}
}
