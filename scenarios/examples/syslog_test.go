//go:build unix

package examples_test

import (
	"context"
	"log/syslog"
	"sync"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/examples/internal/asfound"
)

var _ = scenarios.DescribeNetworkLogger("log/syslog over TCP", syslogOverTCP, scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder, scenarios.SafeForManyGoroutines, scenarios.LastLineOfAPanicArrives,
	scenarios.ReportsRefusedCollector, scenarios.SurvivesReset, scenarios.SurvivesRestart, scenarios.ResendsNothingTwice,
	scenarios.BoundedMemory, scenarios.CloseFlushes))

var _ = scenarios.DescribeNetworkLogger("log/syslog over UDP", syslogOverUDP, scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder, scenarios.SafeForManyGoroutines, scenarios.LastLineOfAPanicArrives,
	scenarios.CopesWithLateCollector, scenarios.SurvivesRestart, scenarios.DeliversFirstLineAfterAnOutage, scenarios.CloseFlushes, scenarios.CloseIsBoundedInAnOutage, scenarios.SurvivesAnyCollector))

var _ = asfound.Subject(found, "log/syslog over TCP", syslogOverTCP) && asfound.Subject(found, "log/syslog over UDP", syslogOverUDP)

func syslogOverTCP() scenarios.NetworkLogger { return syslogOver("tcp") }
func syslogOverUDP() scenarios.NetworkLogger { return syslogOver("udp") }

// syslogOver logs with a syslog.Writer, and hands on the errors that it returns.
func syslogOver(network string) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Network: network, Within: soon, Open: func(_ context.Context, addr string) (scenarios.Log, error) {
		w, err := syslog.Dial(network, addr, syslog.LOG_INFO, "example")
		var failed lastError
		return scenarios.Log{Print: func(line string) { failed.note(w.Info(line)) }, Err: failed.get, Close: w.Close}, err
	}}
}

// lastError keeps the last error that there was.
type lastError struct {
	mu  sync.Mutex // guards err
	err error
}

func (l *lastError) note(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.err = err
	}
}

func (l *lastError) get() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
