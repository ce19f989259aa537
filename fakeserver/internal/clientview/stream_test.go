package clientview_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// late is a delay that a row shows by a lower bound.
const late = 10 * time.Millisecond

// tellsSizes answers each Read with its size.
var tellsSizes = fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
	p := make([]byte, 100)
	for {
		n, err := c.Read(p)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c, "[%d]", n); err != nil {
			return err
		}
	}
})

// streamViews are the rows of connections whose bytes come late, in pieces, changed
// or not at all.
var streamViews = []view{{
	name: "no fault", about: "no fault",
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), closesWrite(), reads(100, "", atEnd), reads(100, "", atEnd),
		closes(transcript.ByFIN, transcript.ByFIN)},
	why: "what else a row shows is its fault's doing",
}, {
	name: "latency to the client", rules: []fault.Rule{fault.ToClient(fault.Latency{Delay: late})}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PONG\r\n", atEnd), atLeast(late)},
	why:   "bytes are late, and none is lost though the handler has long returned",
}, {
	name: "latency from the client", rules: []fault.Rule{fault.FromClient(fault.Latency{Delay: late})},
	steps: []step{dials(ok), writes("hello", ok), closesWrite(), readsAll("hello", atEnd), atLeast(late)},
	why:   "the Write is not held up; the handler has the bytes late",
}, {
	name: "bandwidth to the client", rules: []fault.Rule{fault.ToClient(fault.Bandwidth{BytesPerSecond: 400, Burst: 2})}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PONG\r\n", atEnd), atLeast(late)},
	why:   "2 bytes pass at once and 4 take 2.5 ms each",
}, {
	name: "bandwidth from the client", rules: []fault.Rule{fault.FromClient(fault.Bandwidth{BytesPerSecond: 300, Burst: 2})},
	steps: []step{dials(ok), writes("hello", ok), closesWrite(), readsAll("hello", atEnd), atLeast(late)},
	why:   "2 bytes pass at once and 3 take 3.3 ms each",
}, {
	name: "slice to the client", rules: []fault.Rule{fault.ToClient(fault.Slice{Sizes: []int64{1, 3}})}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), reads(100, "P", ok), reads(100, "ONG", ok), reads(100, "\r\n", ok), reads(100, "", atEnd)},
	why:   "a piece is sent when the client's receive queue is empty", elsewhere: unconfirmed,
}, {
	name: "slice to a client with a small buffer", rules: []fault.Rule{fault.ToClient(fault.Slice{Sizes: []int64{3, 3}})}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), reads(2, "PO", ok), reads(2, "N", ok), reads(2, "G\r", ok), reads(2, "\n", ok), reads(2, "", atEnd)},
	why:   "no Read crosses a boundary, but a small buffer makes two of a piece", elsewhere: unconfirmed,
}, {
	name: "slice from the client", rules: []fault.Rule{fault.FromClient(fault.Slice{Sizes: []int64{1, 3}})}, serve: tellsSizes,
	steps: []step{dials(ok), writes("PING\r\n", ok), closesWrite(), readsAll("[1][3][2]", atEnd)},
	why:   "the handler's Reads stop at the boundaries; the client's Write does not",
}, {
	name: "stall to the client", rules: []fault.Rule{fault.ToClient(fault.Stall{}).AfterBytes(2)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), reads(100, "PO", ok), readsNothing(), heals(), readsAll("NG\r\n", atEnd)},
	why:   "what is stalled is kept, and comes when the rule is taken away",
}, {
	name: "stall to the client to the end", rules: []fault.Rule{fault.ToClient(fault.Stall{}).AfterBytes(2)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), reads(100, "PO", ok), readsNothing(), closesAll(), readsAll("", atEnd), counts(transcript.Unsent, 4)},
	why:   "a server that closes does not send what it kept, and the record counts it",
}, {
	name: "stall to the client for a time", rules: []fault.Rule{fault.ToClient(fault.Stall{For: late}).AfterBytes(2)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PONG\r\n", atEnd), atLeast(late)},
	why:   "everything comes in the end",
}, {
	name: "stall from the client", rules: []fault.Rule{fault.FromClient(fault.Stall{}).AfterBytes(2)},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "he", ok), readsNothing(), writes(", world", ok), heals(), readsFull(10, "llo, world", ok)},
	why:   "the kernel takes what the server does not read: Write hears nothing of it",
}, {
	name: "stall from the client until the buffers are full", rules: []fault.Rule{fault.FromClient(fault.Stall{}).AfterBytes(2)},
	cfg:   fakeserver.Config{ReceiveBuffer: 4096},
	steps: []step{dials(ok), writesUntilStuck(), records(transcript.Data, "\x00\x00")},
	why:   "a server that never reads lets a client write up to about 4 MB",
}, {
	name: "hold to the client", rules: []fault.Rule{fault.ToClient(fault.Hold{Gate: "g"}).AfterBytes(2)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), reads(100, "PO", ok), readsNothing(), releases("g"), readsAll("NG\r\n", atEnd)},
	why:   "bytes before a deadline are given without it, and those behind it are not lost",
}, {
	name: "hold from the client", rules: []fault.Rule{fault.FromClient(fault.Hold{Gate: "g"}).AfterBytes(2)},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "he", ok), readsNothing(), releases("g"), readsFull(3, "llo", ok)},
	why:   "the handler has two bytes until the gate opens",
}, {
	name: "hold while reading full", rules: []fault.Rule{fault.ToClient(fault.Hold{Gate: "g"}).AfterBytes(2)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsFullBy(6, "PO"), releases("g"), readsAll("NG\r\n", atEnd)},
	why:   "io.ReadFull returns what it has with the timeout, and not ErrUnexpectedEOF",
}, {
	name: "blackhole to the client", rules: []fault.Rule{fault.ToClient(fault.Blackhole{}).AfterBytes(2)}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("PO", atEnd)},
	why:   "bytes vanish, ends of streams pass",
}, {
	name: "blackhole to the client that stays", rules: []fault.Rule{fault.ToClient(fault.Blackhole{})},
	steps: []step{dials(ok), writes("hello", ok), readsNothing(), closesWrite(), readsAll("", atEnd)},
	why:   "the connection stays open, so that only a deadline tells",
}, {
	name: "blackhole from the client", rules: []fault.Rule{fault.FromClient(fault.Blackhole{}).AfterBytes(2)},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "he", ok), readsNothing(), writes("hello", ok), records(transcript.Data, "hellohello"),
		closesWrite(), readsAll("", atEnd)},
	why: "what the handler does not get is read and recorded: Write works for ever",
}, {
	name: "corrupt to the client", rules: []fault.Rule{fault.ToClient(fault.Corrupt{Bits: []int64{0, 8}})}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("QNNG\r\n", atEnd)},
	why:   "the lowest bits of two bytes are flipped, and no checksum minds",
}, {
	name: "corrupt from the client", rules: []fault.Rule{fault.FromClient(fault.Corrupt{Bits: []int64{0}})},
	steps: []step{dials(ok), writes("hello", ok), closesWrite(), readsAll("iello", atEnd), records(transcript.Data, "hello")},
	why:   "the handler gets the flipped bit; the record has what the client sent",
}, {
	name: "overwrite to the client", rules: []fault.Rule{fault.ToClient(fault.Overwrite{Bytes: []byte("99")}).AfterMatch("len=")}, serve: says("len=04:PONG"),
	steps: []step{dials(ok), writes("go", ok), readsAll("len=99:PONG", atEnd)},
	why:   "a client that believes the length waits for what never comes",
}, {
	name: "overwrite from the client", rules: []fault.Rule{fault.FromClient(fault.Overwrite{At: 3, Bytes: []byte("p!")})},
	steps: []step{dials(ok), writes("hell", ok), writes("o", ok), closesWrite(), readsAll("help!", atEnd), records(transcript.Data, "hello")},
	why:   "however it was cut; the record has what the client sent",
}, {
	name: "replace to the client", rules: []fault.Rule{fault.ToClient(fault.Replace{Old: "PONG", New: "500"})}, serve: says("PONG\r\n"),
	steps: []step{dials(ok), writes("go", ok), readsAll("500\r\n", atEnd)},
	why:   "a reply can become another",
}, {
	name: "replace from the client", rules: []fault.Rule{fault.FromClient(fault.Replace{Old: "ll", New: "LL!"})},
	steps: []step{dials(ok), writes("hel", ok), writes("lo", ok), closesWrite(), readsAll("heLL!o", atEnd)},
	why:   "however the match was cut",
}}

// readsFullBy is readsFull with a deadline that is set once the data has come.
func readsFullBy(size int, data string) step {
	return gives("ReadFull by a deadline", "read", len(data), data, timedOut, func(w *viewer) (int, string, error) {
		defer w.conn().SetReadDeadline(time.Now().Add(patience))
		p := make([]byte, size)
		n, err := io.ReadFull(hurried{w.conn(), len(data)}, p)
		return n, string(p[:n]), err
	})
}

// hurried is a connection whose Read has little time after after bytes.
type hurried struct {
	net.Conn
	after int
}

func (c hurried) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n == c.after {
		c.SetReadDeadline(time.Now().Add(late))
	}
	return n, err
}
