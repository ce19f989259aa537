package nettest

import (
	"context"
	"fmt"

	"github.com/onsi/gomega/gbytes"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Waiter is a server that can be waited for: those of package fakeserver.
type Waiter interface {
	Wait(ctx context.Context, cond func(transcript.Transcript) bool) error
}

// Buffer returns a new buffer that fills with what the client of connection n sends,
// from its first byte, so that gbytes.Say works:
//
//	Eventually(nettest.Buffer(srv, 1)).Should(gbytes.Say("PING"))
//
// Say moves on in its buffer, so keep the buffer to look for several things in their
// order. The connection may be yet to come. For datagrams n is a peer, and the buffer
// has their payloads one after the other. Bytes that RecordLimit kept out of the
// record are not in the buffer either, nor are those that the server threw away since
// the connection's handler had ended. Where the plan lets the server read ahead of its
// handler, the buffer has what was read; it can't give back what the handler then leaves
// unread, as HaveReceived does.
//
// The buffer is closed when the client's direction has ended and all of it is there,
// or when the server has closed. Until then a goroutine fills it, which is the
// server's: it ends with Close, or at the next event after the buffer was closed.
//
// Buffer panics if srv is nil or n is less than 1.
func Buffer(srv Waiter, n int) *gbytes.Buffer {
	if isNil(srv) {
		panic(fmt.Sprintf("nettest: Buffer: the server is %s", describe(srv)))
	}
	if n < 1 {
		panic(fmt.Sprintf("nettest: Buffer(srv, %d): connections are numbered from 1", n))
	}
	f := &filler{conn: n, buf: gbytes.NewBuffer()}
	go f.run(srv)
	return f.buf
}

// A filler puts into a buffer what comes in.
type filler struct {
	conn int
	buf  *gbytes.Buffer
	seq  int64 // of the last event that was seen
	tail tail
}

// run fills the buffer until there is an end to it.
func (f *filler) run(srv Waiter) {
	defer f.buf.Close()
	srv.Wait(context.Background(), f.fill) // its error says that the server has closed
}

// fill takes what is new in t. It reports whether that was the last.
func (f *filler) fill(t transcript.Transcript) bool {
	for e := range t.Conn(f.conn).After(f.seq).All() {
		f.seq = e.Seq
		f.tail.add(e)
		inVain := e.Kind == transcript.Discarded && !e.AtClose
		if e.Direction != transcript.FromClient || inVain || len(e.Data) == 0 {
			continue
		}
		if _, err := f.buf.Write(e.Data); err != nil {
			return true // the user has closed it
		}
	}
	return f.tail.complete(transcript.FromClient)
}
