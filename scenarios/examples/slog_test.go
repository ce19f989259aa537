package examples_test

import (
	"context"
	"log/slog"

	"github.com/fakewire/fakewire/scenarios"
)

var _ = scenarios.DescribeNetworkLogger("log/slog over TCP", slogOverTCP, scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder, scenarios.SafeForManyGoroutines, scenarios.LastLineOfAPanicArrives,
	scenarios.ResendsNothingTwice, scenarios.BoundedMemory, scenarios.CloseFlushes, scenarios.CloseIsBounded,
	scenarios.CloseIsBoundedInAnOutage, scenarios.NoReconnectStorm))

// slogOverTCP writes lines of JSON to a connection.
func slogOverTCP() scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: soon, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
		if err != nil {
			return scenarios.Log{}, err
		}
		l := slog.New(slog.NewJSONHandler(conn, nil))
		return scenarios.Log{Print: func(line string) { l.Info(line) }, Close: conn.Close}, nil
	}}
}
