// Package bundled hands out the programs that the root suite runs through every
// scenario: simple clients, and clients and loggers as subjects. They are also
// examples of how a subject is written down; their code is in
// scenarios/internal/reference, beside the subjects that break their promises.
//
//	scenarios.DescribeTCPClient("the bundled client", func() scenarios.TCPClient {
//		c := bundled.TCPClient("HELLO FROM THE CLIENT", time.Second)
//		c.Handler = fakeserver.Lines{}
//		return c
//	}, scenarios.Keeps(scenarios.ReportsReset))
package bundled

import (
	"context"
	"time"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// SendTCP is the simple TCP client: it dials, writes, and closes.
func SendTCP(ctx context.Context, addr, message string) error {
	return reference.SendTCP(ctx, addr, message)
}

// SendUDP is the simple UDP client: it dials "udp", writes one datagram, and
// closes.
func SendUDP(ctx context.Context, addr, message string) error {
	return reference.SendUDP(ctx, addr, message)
}

// TCPClient returns a client of one server that keeps every promise except SendsRequestOnce:
// it sends the line "hello from the client" and wants one line back, and asks again, once,
// when its connection was lost before that. Set its Handler to what answers that with want;
// in its sessions, it asks with other lines.
func TCPClient(want string, within time.Duration) scenarios.TCPClient {
	return reference.TCPClient(want, within)
}

// OneTryTCPClient returns TCPClient without the second try: it keeps SendsRequestOnce,
// and neither SendsRequestAgain nor TriesAgainAfterReset.
func OneTryTCPClient(want string, within time.Duration) scenarios.TCPClient {
	return reference.OneTryTCPClient(want, within)
}

// FailoverTCPClient returns TCPClient with two servers: it asks the one that answered last, for half
// of its time, and if it gets no answer, the other. It keeps every promise except SendsRequestOnce.
func FailoverTCPClient(want string, within time.Duration) scenarios.TCPClient {
	return reference.FailoverTCPClient(want, within)
}

// CarefulFailoverTCPClient returns FailoverTCPClient without a second request: it asks the other
// server only if it could not ask the first. It keeps FailsOver and SendsRequestOnce, and neither
// FailsOverWhenUnanswered nor SendsRequestAgain nor TriesAgainAfterReset.
func CarefulFailoverTCPClient(want string, within time.Duration) scenarios.TCPClient {
	return reference.CarefulFailoverTCPClient(want, within)
}

// UDPClient returns a client of one server that keeps every promise: it numbers its requests,
// "1 hello from the client\n", and wants a line back with that number in front. Set
// its Handler to what answers that with want. In a session, exchange n > 1 says
// "hello n from the client".
func UDPClient(want string, within time.Duration) scenarios.UDPClient {
	return reference.UDPClient(want, within)
}

// PlainUDPClient returns UDPClient without numbers and sessions, for a server that
// always sends the same line. It keeps every promise that is not about sessions.
func PlainUDPClient(want string, within time.Duration) scenarios.UDPClient {
	return reference.PlainUDPClient(want, within)
}

// LogAndExit makes a process of the test's own program one that logs lines to addr as l does and
// ends, without Close: what a [scenarios.NetworkLogger] with Exit needs for
// LinesBeforeAnExitArrive. Call it in TestMain.
func LogAndExit(l scenarios.NetworkLogger, addr string, lines []string) {
	reference.LogAndExit(l, addr, lines)
}

// FailoverUDPClient returns UDPClient with two servers: it asks one after the other, twice, beginning
// with the one that answered last. It keeps every promise.
func FailoverUDPClient(want string, within time.Duration) scenarios.UDPClient {
	return reference.FailoverUDPClient(want, within)
}

// StandardLogger returns the standard log.Logger, with a prefix, the date and the
// short file's name, over a "tcp" or "udp" connection, dialed once. It throws its
// errors away, and waits for a collector that does not read. What it has logged has left: with
// Exit, which is the caller's to set, it keeps LinesBeforeAnExitArrive.
func StandardLogger(network string, within time.Duration) scenarios.NetworkLogger {
	return reference.StandardLogger(network, within)
}

// NetworkLogger returns the standard log.Logger over TCP, in front of a forwarder
// with a bounded queue, which dials anew with a backoff and counts what it lost. It
// keeps every promise except LosesNothingInAReset and LinesBeforeAnExitArrive.
func NetworkLogger(within time.Duration) scenarios.NetworkLogger {
	return reference.NetworkLogger(within)
}

// UDPLogger returns the standard log.Logger over UDP, in front of a writer that
// keeps its errors. It keeps every promise that a UDP logger can make, and, with Exit set as for
// StandardLogger, LinesBeforeAnExitArrive.
func UDPLogger(within time.Duration) scenarios.NetworkLogger {
	return reference.UDPLogger(within)
}
