package clientview_test

import (
	"context"
	"io"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// saysAndListens sends text at a request, whatever becomes of it, and reads to the end.
func saysAndListens(text string) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		if err := expect(c, "go"); err != nil {
			return err
		}
		io.WriteString(c, text)
		_, err := io.Copy(io.Discard, c)
		return err
	})
}

// saysAnd sends text at a request and calls end.
func saysAnd(text string, end func(*fakeserver.Conn) error) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		if err := expect(c, "go"); err != nil {
			return err
		}
		if _, err := io.WriteString(c, text); err != nil {
			return err
		}
		return end(c)
	})
}

// endingViews are the rows of connections that a rule or the server ends.
var endingViews = []view{{
	name: "reset to the client at 0", rules: []fault.Rule{fault.ToClient(fault.Reset{})},
	steps: []step{dialsIntoReset()},
	why:   "it comes when the handler starts, maybe before the handshake is over for the client", elsewhere: winsock,
}, {
	name: "reset to the client in the middle", rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(3)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), reads(100, "PON", ok), reads(100, "", wasReset), reads(100, "", atEnd), reads(100, "", atEnd),
		writes("?", isBroken), writes("?", isBroken), closes(transcript.ByRST, transcript.ByRST)},
	why: "the first Read takes ECONNRESET from the socket: from then on EOF and EPIPE", elsewhere: winsock,
}, {
	name: "reset to the client at the end", rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(6)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PONG\r\n", wasReset)},
	why:   "it comes as soon as the last byte has passed, in place of the FIN", elsewhere: winsock,
}, {
	name: "reset to a client that reads late", rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(3)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), awaits(isOver), reads(2, "PO", ok), reads(2, "N", ok), reads(2, "", wasReset), reads(2, "", atEnd)},
	why:   "Linux keeps what was queued before the RST", elsewhere: winsock,
}, {
	name: "reset to a client that writes first", rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(3)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), awaits(isOver), writes("?", wasReset), writes("?", isBroken), reads(100, "PON", ok), reads(100, "", atEnd)},
	why:   "the first operation that fails takes ECONNRESET, be it a Write", elsewhere: winsock,
}, {
	name: "reset while reading full", rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(3)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsFull(6, "PON", wasReset)},
	why:   "io.ReadFull returns what it has with the reset", elsewhere: winsock,
}, {
	name: "reset at a match", rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterMatch("NG")}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PONG", wasReset)},
	why:   "it comes just past the match", elsewhere: winsock,
}, {
	name: "reset from the client at 0", rules: []fault.Rule{fault.FromClient(fault.Reset{})},
	steps: []step{dialsIntoReset(), counts(transcript.Unread, 0)},
	why:   "the server reads nothing of what the client sends", elsewhere: winsock,
}, {
	name: "reset from the client in the middle", rules: []fault.Rule{fault.FromClient(fault.Reset{}).AfterBytes(5)},
	steps: []step{dials(ok), writes("hello, world", ok), reads(100, "", wasReset), reads(100, "", atEnd), writes("?", isBroken),
		records(transcript.Data, "hello"), closes(transcript.ByRST, transcript.ByRST), counts(transcript.Unread, 7)},
	why: "the server reads five bytes and no more, and the rule comes before the handler's answer", elsewhere: winsock,
}, {
	name: "reset from the client at the end", rules: []fault.Rule{fault.FromClient(fault.Reset{}).AfterBytes(5)},
	steps: []step{dials(ok), writes("hello", ok), awaits(isOver), writes("?", wasReset), writes("?", isBroken), reads(100, "", atEnd),
		closes(transcript.ByRST, transcript.ByRST), counts(transcript.Unread, 0)},
	why: "a Write that worked proves nothing", elsewhere: winsock,
}, {
	name: "reset of the first connection", rules: []fault.Rule{fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PON", wasReset), dials(ok), writes("go", ok), readsAll("PONG\r\n", atEnd)},
	why:   "a client that dials again is served", elsewhere: winsock,
}, {
	name: "close to the client at 0", rules: []fault.Rule{fault.ToClient(fault.Close{})},
	steps: []step{dials(ok), reads(100, "", atEnd), writes("?", ok), records(transcript.Discarded, "?"), closesWrite(), closes(transcript.ByFIN, transcript.ByFIN)},
	why:   "a FIN is no byte, and the handshake is done before it",
}, {
	name: "half-close to the client at 0", rules: []fault.Rule{fault.ToClient(fault.HalfClose{})}, serve: fakeserver.Discard{},
	steps: []step{dials(ok), reads(100, "", atEnd), writes("still heard", ok), closesWrite(), records(transcript.Data, "still heard"), closes(transcript.ByFIN, transcript.ByFIN)},
	why:   "a direction that has ended leaves the other one alone",
}, {
	name: "close to the client in the middle", rules: []fault.Rule{fault.ToClient(fault.Close{}).AfterBytes(3)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), reads(100, "PON", ok), reads(100, "", atEnd), writes("what", ok), writes(" now?", ok),
		closesWrite(), records(transcript.Discarded, "what now?"), closes(transcript.ByFIN, transcript.ByFIN)},
	why: "the server drains what still comes, so that its FIN stays a FIN",
}, {
	name: "close while reading full", rules: []fault.Rule{fault.ToClient(fault.Close{}).AfterBytes(3)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsFull(6, "PON", cutShort)},
	why:   "io.ReadFull makes ErrUnexpectedEOF of an EOF within",
}, {
	name: "close from the client", rules: []fault.Rule{fault.FromClient(fault.Close{}).AfterBytes(5)},
	steps: []step{dials(ok), writes("hello, world", ok), readsAll("", atEnd), writes("!", ok), closesWrite(), records(transcript.Discarded, ", world!"),
		closes(transcript.ByFIN, transcript.ByFIN)},
	why: "the rule comes before the handler's answer, and the rest is discarded",
}, {
	name: "exit to the client in the middle", rules: []fault.Rule{fault.ToClient(fault.Exit{}).AfterBytes(3)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PON", atEnd), writes("?", ok), awaits(isOver), writes("?", isBroken), reads(100, "", atEnd),
		closes(transcript.ByClose, transcript.ByFIN), counts(transcript.Unread, 0)},
	why: "nothing has the socket any more, and the kernel answers with an RST what comes after the FIN", elsewhere: winsock,
}, {
	name: "exit to a client that writes first", rules: []fault.Rule{fault.ToClient(fault.Exit{}).AfterBytes(3)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), awaits(finCame), writes("?", ok), awaits(isOver), writes("?", isBroken), reads(100, "PON", ok), reads(100, "", atEnd)},
	why:   "an RST that comes after the FIN takes nothing from what is to be read", elsewhere: winsock,
}, {
	name: "exit from the client, with unread input", rules: []fault.Rule{fault.FromClient(fault.Exit{}).AfterBytes(5)},
	steps: []step{dials(ok), writes("hello, world", ok), awaits(isOver), writes("?", isBroken), readsAll("", atEnd), records(transcript.Data, "hello"),
		closes(transcript.ByClose, transcript.ByFIN), counts(transcript.Unread, 7)},
	why: "what lay unread brings the RST, and the FIN is before that", elsewhere: winsock,
}, {
	name: "exit at 0", rules: []fault.Rule{fault.ToClient(fault.Exit{})},
	steps: []step{dials(ok), readsAll("", atEnd), writes("?", ok), awaits(isOver), writes("?", isBroken)},
	why:   "a FIN is no byte, and the handshake is done before it", elsewhere: winsock,
}, {
	name: "restart to the client, by FIN", rules: []fault.Rule{fault.ToClient(fault.Restart{For: late}).AfterBytes(3).OnConn(2)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), dials(ok), writes("go", ok), readsAll("PON", atEnd), dials(isRefused), writes("?", ok), awaits(isOver), writes("?", isBroken),
		looksBack(), readsAll("", atEnd), comesUp(), atLeast(late), dials(ok), writes("go", ok), readsAll("PONG\r\n", atEnd)},
	why: "all connections end as a process's do, and the port refuses until it listens again", elsewhere: noGuard,
}, {
	name: "restart to the client, by RST", rules: []fault.Rule{fault.ToClient(fault.Restart{How: transcript.ByRST}).AfterBytes(3).OnConn(2)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), dials(ok), writes("go", ok), readsAll("PON", wasReset), looksBack(), readsAll("", wasReset), dials(ok), writes("go", ok), readsAll("PONG\r\n", atEnd)},
	why:   "a client that dials when it hears of the end is served by what is there then", elsewhere: noGuard,
}, {
	name: "restart from the client", rules: []fault.Rule{fault.FromClient(fault.Restart{For: fault.Forever}).AfterBytes(5)},
	steps: []step{dials(ok), writes("hello, world", ok), readsAll("", atEnd), dials(isRefused), up(), dials(ok)},
	why:   "for good is until Up", elsewhere: noGuard,
}, {
	name: "half-close to the client", rules: []fault.Rule{fault.ToClient(fault.HalfClose{}).AfterBytes(3)}, serve: saysAndListens("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PON", atEnd), writes(" on", ok), closesWrite(), records(transcript.Data, "go on"),
		closes(transcript.ByFIN, transcript.ByFIN)},
	why: "the handler still reads: what follows is data and not discarded",
}, {
	name: "half-close from the client", rules: []fault.Rule{fault.FromClient(fault.HalfClose{}).AfterBytes(2)},
	steps: []step{dials(ok), writes("hello", ok), readsAll("he", atEnd), writes("?", ok), closesWrite(), records(transcript.Discarded, "llo?")},
	why:   "the handler sees an end of stream that the client has not sent, and answers",
}, {
	name: "slow close to the client", rules: []fault.Rule{fault.ToClient(fault.SlowClose{Delay: late})}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsFull(6, "PONG\r\n", ok), reads(100, "", atEnd), atLeast(late)},
	why:   "only the FIN is late",
}, {
	name: "slow close from the client", rules: []fault.Rule{fault.FromClient(fault.SlowClose{Delay: late})},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), closesWrite(), reads(100, "", atEnd), atLeast(late)},
	why:   "the handler answers at once, and hears of the end late",
}, {
	name: "latency and close", rules: []fault.Rule{fault.ToClient(fault.Latency{Delay: late}), fault.ToClient(fault.Close{}).AfterBytes(3)},
	serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PON", atEnd), atLeast(late)},
	why:   "what comes before the end is not lost for being late",
}, {
	name: "latency and reset", rules: []fault.Rule{fault.ToClient(fault.Latency{Delay: late}), fault.ToClient(fault.Reset{}).AfterBytes(3)},
	serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PON", wasReset), atLeast(late)},
	why:   "the RST waits until the client's kernel has what comes before it", elsewhere: winsock,
}, {
	name: "slice and reset", rules: []fault.Rule{fault.ToClient(fault.Slice{Size: 1}), fault.ToClient(fault.Reset{}).AfterBytes(3)},
	serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), reads(100, "P", ok), reads(100, "O", ok), reads(100, "N", ok), reads(100, "", wasReset)},
	why:   "the pieces come first", elsewhere: winsock,
}, {
	name: "replace and close", rules: []fault.Rule{fault.ToClient(fault.Replace{Old: "PO", New: "LONGER"}), fault.ToClient(fault.Close{}).AfterBytes(2)},
	serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("LONGER", atEnd)},
	why:   "offsets count what the handler wrote",
}}
