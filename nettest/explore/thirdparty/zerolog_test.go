package thirdparty_test

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/rs/zerolog"
	"github.com/rs/zerolog/diode"

	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "zerolog with a diode",
	Module: "github.com/rs/zerolog",
	Config: explore.Config{Within: within},
	Open:   zerologDiode,
	Finds: []known{{
		File: "lost-close-to-client-0", Verdict: "limitation",
		What: "a collector that closes its side and reads no more is written to for good: lines are lost and nothing says so",
		Why:  "diode.Writer.poll (diode/diode.go) only writes, to the one connection that it was given, and nothing reads the end of the stream. A net.Conn is the user's choice of a writer",
	}, {
		File: "lost-reset-to-client-0", Verdict: "bug",
		What: "after a reset each line is lost, and neither the alert function nor zerolog.ErrorHandler nor Close says so",
		Why:  "diode.Writer.poll (diode/diode.go) discards the error of Write. The same breach as the one above; this plan was made from that one by hand, since there Write has no error",
	}, {
		File: "hang-stall-from-client-0", Verdict: "limitation",
		What: "a collector that stops reading blocks Close for good, which the doc of Close doesn't say",
		Why:  "diode.Writer.Close (diode/diode.go) waits for poll, which is in Write, before it closes the connection that would end that",
	}},
})

// zerologDiode logs into a ring of 2048 lines, which a goroutine writes to a connection.
func zerologDiode(_ context.Context, w *explore.Wire) (explore.Log, error) {
	conn, err := dial(w)
	if err != nil {
		return explore.Log{}, err
	}
	var missed atomic.Int64
	ring := diode.NewWriter(conn, 2048, 0, func(n int) { missed.Add(int64(n)) })
	l := zerolog.New(ring)
	return explore.Log{
		Print: func(line string) error {
			l.Info().Msg(line)
			return nil
		},
		Close: ring.Close,
		Err: func() error {
			if n := missed.Load(); n > 0 {
				return fmt.Errorf("%d lines were dropped", n)
			}
			return nil
		},
	}, nil
}
