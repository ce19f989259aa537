package scenarios_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
)

// splitByZero tells lines apart as GELF does.
func splitByZero(b []byte, _ bool) (int, []byte, error) {
	if n := bytes.IndexByte(b, 0); n >= 0 {
		return n + 1, b[:n], nil
	}
	return 0, nil, nil
}

// splitByLength tells lines apart as RFC 5425 does.
func splitByLength(b []byte, _ bool) (int, []byte, error) {
	digits := bytes.IndexByte(b, ' ')
	if digits < 0 {
		return 0, nil, nil
	}
	n, err := strconv.Atoi(string(b[:digits]))
	if err != nil {
		return 0, nil, err
	}
	if end := digits + 1 + n; end <= len(b) {
		return end, b[digits+1 : end], nil
	}
	return 0, nil, nil
}

func endedByZero(line string) string { return line + "\x00" }

func behindItsLength(line string) string { return fmt.Sprintf("%d %s", len(line), line) }

// oneLonger is behindItsLength with a mistake.
func oneLonger(line string) string { return fmt.Sprintf("%d %s", len(line)+1, line) }

// framed returns a logger with frames of its own, that dials once.
func framed(split bufio.SplitFunc, frame func(line string) string) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Split: split, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
		if err != nil {
			return scenarios.Log{}, err
		}
		return scenarios.Log{Print: func(line string) { io.WriteString(conn, frame(line)) }, Close: conn.Close}, nil
	}}
}

var _ = Describe("NetworkLogger.Split", func() {
	for _, p := range []scenarios.Promise[scenarios.NetworkLogger]{
		scenarios.LinesArriveWholeOnceInOrder, scenarios.SafeForManyGoroutines, scenarios.LastLineOfAPanicArrives,
		scenarios.ResendsNothingTwice, scenarios.CloseFlushes,
	} {
		It("tells lines apart: "+p.Name, func(ctx SpecContext) {
			Expect(run(ctx, p, always(framed(splitByZero, endedByZero)))).To(Succeed())
			Expect(run(ctx, p, always(framed(splitByLength, behindItsLength)))).To(Succeed())
		})
	}

	DescribeTable("is asked for, or doubted", func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger], l scenarios.NetworkLogger, kind error, message string) {
		err := run(hasty(ctx), p, always(l))
		Expect(err).To(MatchError(kind))
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
		Entry("when lines end in another way", scenarios.LinesArriveWholeOnceInOrder, framed(nil, endedByZero),
			scenarios.ErrBroken, "NetworkLogger.Split tells lines apart"),
		Entry("when there is no line to reset in", scenarios.SurvivesReset, framed(nil, endedByZero),
			scenarios.ErrSubject, "none are a line"),
		Entry("when it finds no frame", scenarios.LinesArriveWholeOnceInOrder, framed(splitByLength, oneLonger),
			scenarios.ErrBroken, "Split says: strconv.Atoi"),
		Entry("when it panics", scenarios.CountsLostLines, framed(func([]byte, bool) (int, []byte, error) { panic("odd") }, endedByZero),
			scenarios.ErrSubject, "Split panicked: odd"),
		Entry("when there are datagrams", scenarios.LinesArriveWholeOnceInOrder, scenarios.NetworkLogger{Network: "udp", Within: within, Split: splitByZero,
			Open: func(context.Context, string) (scenarios.Log, error) { return scenarios.Log{}, errors.ErrUnsupported }},
			scenarios.ErrSubject, "Split is set, and the lines of a UDP logger are its datagrams"),
	)
})
