package specimen

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

func rightStreams() []Specimen {
	forGood := func() explore.Config { return explore.Config{Handler: login, Within: 2 * timeout, OneConn: true} }
	mail := func() explore.Config { return explore.Config{Handler: post, Within: 2 * timeout, OneConn: true} }
	measured := func() explore.Config { return explore.Config{Handler: lines} }
	many := slices.Concat(questions, questions)
	return []Specimen{
		{Name: "one connection", Why: "After an error it fails for good, as it says.",
			Medium: fault.Streams, Config: forGood, Body: opensAndAsks(openOneConn, questions...)},
		{Name: "mail", Why: "It goes no further after a step that failed, so that others are missing.",
			Medium: fault.Streams, Config: mail, Body: mails},
		stream(Specimen{Name: "connection per call", Why: "It reads until the end of the connection, which is where its answers end."},
			with(once), newPerCall, many...),
		stream(Specimen{Name: "pool", Why: "It uses connections again, and asks again when one has ended meanwhile."},
			with(lines), newGoodPool, many...),
		stream(Specimen{Name: "retry", Why: "It asks up to three times, with pauses; nobody told the search how long that takes."},
			measured, newGoodRetry, many...),
		stream(Specimen{Name: "pipeline", Why: "A goroutine of its own reads; it ends when the client is closed."},
			with(numbers), newGoodPipeline, many...),
		stream(Specimen{Name: "frames", Why: "It hangs up on what it can't read."},
			with(frames), newGoodFrames, many...),
		stream(Specimen{Name: "TLS", Why: "Each connection begins with a handshake, of which a client knows nothing."},
			with(tlsLines), newGoodTLS, many...),
		stream(Specimen{Name: "browser", Why: "The standard library's client of HTTP: goroutines for each connection, a pool, retries."},
			with(web), newGoodBrowser, many...),
		callers(stream(Specimen{Name: "several callers", Why: "Four at once, of whom the fault meets one."},
			with(lines), newGoodPool, questions...), 4),
	}
}

func rightPackets() []Specimen {
	return []Specimen{
		packet(Specimen{Name: "packets", Why: "It asks up to three times, on a socket that it keeps."},
			withPackets(packetNumbers), newGoodPackets),
		packet(Specimen{Name: "socket per question", Why: "Each question is another peer to the server."},
			withPackets(packetNumbers), newSocketPerQuestion),
	}
}
