package thirdparty_test

import (
	"context"
	"sync/atomic"

	"github.com/rs/zerolog"
	"github.com/rs/zerolog/diode"

	"github.com/fakewire/fakewire/scenarios"
)

var _ = scenarios.DescribeNetworkLogger("zerolog with a diode", zerologDiode, scenarios.Keeps(scenarios.ResendsNothingTwice,
	scenarios.NeverBlocksItsCaller, scenarios.BoundedMemory, scenarios.CloseIsBoundedInAnOutage, scenarios.NoReconnectStorm))

// zerologDiode logs into a ring of 2048 lines, which a goroutine writes to a connection.
func zerologDiode() scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: 3 * within, Memory: 20 << 20, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
		if err != nil {
			return scenarios.Log{}, err
		}
		var lost atomic.Int64
		w := diode.NewWriter(conn, 2048, 0, func(missed int) { lost.Add(int64(missed)) })
		l := zerolog.New(w)
		return scenarios.Log{Print: func(line string) { l.Info().Msg(line) }, Close: w.Close, Lost: lost.Load}, nil
	}}
}
