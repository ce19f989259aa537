package scenarios_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// noContent is the collector of a logger that sends its lines over HTTP.
var noContent = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	r := bufio.NewReader(c)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return nil // it has ended, or was cut off
		}
		io.Copy(io.Discard, req.Body)
		if _, err := io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n"); err != nil {
			return err
		}
	}
})

// bodies takes the body of each request for a line.
func bodies(b []byte, _ bool) (int, []byte, error) {
	stream := bytes.NewReader(b)
	r := bufio.NewReader(stream)
	req, err := http.ReadRequest(r)
	if err != nil {
		return 0, nil, nil // not all of it is there yet
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return 0, nil, nil
	}
	return len(b) - stream.Len() - r.Buffered(), body, nil
}

// poster posts each line, and drops it if that fails.
func poster() scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Handler: noContent, Split: bodies, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		transport := &http.Transport{DialContext: scenarios.NetworkOf(ctx).DialContext}
		client := &http.Client{Transport: transport, Timeout: within * 3 / 4}
		post := func(line string) {
			if resp, err := client.Post("http://"+addr+"/log", "text/plain", strings.NewReader(line)); err == nil {
				resp.Body.Close()
			}
		}
		return scenarios.Log{Print: post, Close: func() error { transport.CloseIdleConnections(); return nil }}, nil
	}}
}

// A collector that answers is written down as one that does: here it is an HTTP server, and
// a line is the body of a request.
func ExampleNetworkLogger_handler() {
	_ = scenarios.DescribeNetworkLogger("log over HTTP", poster, scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder,
		scenarios.SurvivesReset, scenarios.SurvivesRestart, scenarios.CloseFlushes))
}

var _ = DescribeTable("NetworkLogger.Handler answers a logger that waits for it",
	func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger]) {
		Expect(run(ctx, p, always(reference.Acknowledged(within)))).To(Succeed())
		Expect(run(hasty(ctx), p, always(reference.Unanswered(soon)))).NotTo(Succeed())
	},
	entryOf(scenarios.LinesArriveWholeOnceInOrder),
	entryOf(scenarios.SafeForManyGoroutines),
	entryOf(scenarios.LastLineOfAPanicArrives),
	entryOf(scenarios.ReportsRefusedCollector),
	entryOf(scenarios.SurvivesReset),
	entryOf(scenarios.SurvivesRestart),
	entryOf(scenarios.CountsLostLines),
	entryOf(scenarios.LosesNothingInAReset),
	entryOf(scenarios.CloseFlushes),
	entryOf(scenarios.NoReconnectStorm),
)

// In memory one line fills the buffers; where they have room for more, a logger that waits for
// an answer with each never fills them.
var _ = DescribeTable("NetworkLogger.Handler stands still for a logger that waits for it",
	func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger]) {
		Expect(scenarios.RunInMemory(ctx, suite, p, always(reference.Acknowledged(within)))).To(Succeed())
	},
	entryOf(scenarios.NeverBlocksItsCaller),
	entryOf(scenarios.BoundedMemory),
	entryOf(scenarios.CloseIsBounded),
)

func entryOf(p scenarios.Promise[scenarios.NetworkLogger]) TableEntry { return Entry(p.Name, bound, p) }

var _ = It("tells a logger that waits for its collector's answer from one that does not", func(ctx SpecContext) {
	err := run(ctx, scenarios.LosesNothingInAReset, always(reference.TakesWritesForAnswers(within)))
	wantBroken(err, scenarios.LosesNothingInAReset.Name, `is missing`)
}, bound)

var _ = DescribeTable("a collector may be an HTTP server",
	func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger]) {
		Expect(run(ctx, p, poster)).To(Succeed())
	},
	entryOf(scenarios.LinesArriveWholeOnceInOrder),
	entryOf(scenarios.SafeForManyGoroutines),
	entryOf(scenarios.SurvivesReset),
	entryOf(scenarios.SurvivesRestart),
	entryOf(scenarios.CloseFlushes),
)

var _ = Describe("NetworkLogger.PacketHandler", func() {
	// datagrams waits for the answer to each of its datagrams.
	datagrams := func(collector fakeserver.PacketHandler) func() scenarios.NetworkLogger {
		return func() scenarios.NetworkLogger {
			return scenarios.NetworkLogger{Network: "udp", Within: soon, PacketHandler: collector, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
				conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "udp", addr)
				if err != nil {
					return scenarios.Log{}, err
				}
				return scenarios.Log{Close: conn.Close, Print: func(line string) { sendUntilAnswered(conn, line) }}, nil
			}}
		}
	}

	It("answers a logger that waits for it", func(ctx SpecContext) {
		Expect(run(ctx, scenarios.LinesArriveWholeOnceInOrder, datagrams(fakeserver.PacketReply{Data: "OK"}))).To(Succeed())
		err := run(hasty(ctx), scenarios.LinesArriveWholeOnceInOrder, datagrams(nil))
		wantBroken(err, scenarios.LinesArriveWholeOnceInOrder.Name, "arrived after")
	}, bound)
})

// sendUntilAnswered sends a line up to three times.
func sendUntilAnswered(conn net.Conn, line string) {
	for range 3 {
		fmt.Fprint(conn, line)
		conn.SetReadDeadline(time.Now().Add(soon / 4))
		if _, err := conn.Read(make([]byte, 16)); err == nil {
			return
		}
	}
}

var _ = DescribeTable("a handler of the other medium is refused",
	func(ctx SpecContext, change func(*scenarios.NetworkLogger), message string) {
		l := reference.NetworkLogger(soon)
		change(&l)
		err := run(ctx, scenarios.LinesArriveWholeOnceInOrder, always(l))
		Expect(err).To(MatchError(scenarios.ErrSubject))
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
	Entry("of datagrams", func(l *scenarios.NetworkLogger) { l.PacketHandler = fakeserver.PacketEcho{} }, "PacketHandler is set, and a TCP collector's is Handler"),
	Entry("of streams", func(l *scenarios.NetworkLogger) { l.Network, l.Handler = "udp", fakeserver.Echo{} }, "Handler is set, and a UDP collector's is PacketHandler"),
)
