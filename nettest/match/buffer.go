package match

import (
	"context"
	"fmt"

	"github.com/onsi/gomega/gbytes"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Waiter is a server that can be waited for, as those of package fakeserver can.
type Waiter interface {
	Wait(ctx context.Context, cond func(transcript.Transcript) bool) error
}

// Buffer returns a new buffer that fills with what the client of connection n sends,
// from its first byte, so that gbytes.Say works:
//
//	Eventually(Buffer(srv, 1)).Should(gbytes.Say("PING"))
//
// Say moves on in its buffer, so keep the buffer to look for several things in order. The
// connection need not have been accepted yet. For datagrams n is a peer, and the buffer has
// their payloads one after the other.
//
// Bytes that RecordLimit left out of the record are not in the buffer, nor are those that
// the server threw away because the connection's handler had ended. Where the plan lets
// the server read ahead of its handler, the buffer has what was read; unlike HaveReceived,
// it can't take back what the handler then leaves unread.
//
// The buffer is closed when the client's direction has ended and all of it is there,
// or when the server has closed. Until then a goroutine fills it, which ends when the
// server closes, or at the next event after the buffer was closed.
//
// The buffer has the true bytes, and Gomega prints them when Say fails, whatever the server's Redact hides.
//
// Buffer panics if srv is nil or n is less than 1.
func Buffer(srv Waiter, n int) *gbytes.Buffer {
	if isNil(srv) {
		panic(fmt.Sprintf("match: Buffer: the server is %s", describe(srv)))
	}
	if n < 1 {
		panic(fmt.Sprintf("match: Buffer(srv, %d): connections are numbered from 1", n))
	}
	f := &filler{conn: n, buf: gbytes.NewBuffer()}
	go f.run(srv)
	return f.buf
}

// A filler puts what a client sends into a buffer.
type filler struct {
	conn int
	buf  *gbytes.Buffer
	seq  int64 // of the last event that was seen
	tail tail
}

// run fills the buffer until there is nothing more to come.
func (f *filler) run(srv Waiter) {
	defer f.buf.Close()
	srv.Wait(context.Background(), f.fill) // it fails when the server has closed
}

// fill writes what is new in t. It reports whether that was the last of it.
func (f *filler) fill(t transcript.Transcript) bool {
	for e := range t.Conn(f.conn).After(f.seq).All() {
		f.seq = e.Seq
		f.tail.add(e)
		inVain := e.Kind == transcript.Discarded && !e.AtClose
		if e.Direction != transcript.FromClient || inVain || len(e.Data) == 0 {
			continue
		}
		if _, err := f.buf.Write(e.Data); err != nil {
			return true // the user closed it
		}
	}
	return f.tail.complete(transcript.FromClient)
}
