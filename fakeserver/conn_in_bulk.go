package fakeserver

import (
	"errors"
	"io"
	"os"
	"runtime"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// A client that sends much has mostly sent more a few microseconds after a large read. To sleep until then and be
// woken takes a processor longer than that, and what it then finds is little: one write, and another sleep.
const (
	bulkRead  = 32 << 10
	bulkLooks = 8
)

// A bulk takes what comes after a read of bulkRead bytes or more. It belongs to calls.
type bulk struct {
	in    *inbound
	now   *kernel.ReaderNow // nil: there is none
	asked bool              // whether there is one
}

// take is inbound's take, which looks a few times before it waits.
func (b *bulk) take(p []byte) (int, error) {
	if !b.canLook() {
		return b.in.take(p)
	}
	for range bulkLooks {
		n, err := b.in.takeBy(b.now.ReadNow, p)
		switch {
		case n > 0, err == io.EOF:
			return n, err
		case isClosed(err):
			return b.in.take(p)
		case !errors.Is(err, os.ErrDeadlineExceeded): // the socket says it once: an RST, or that the client's host is silent
			return 0, b.in.c.asOpError("read", err)
		}
		runtime.Gosched() // to the client, if it is in this process and there is one processor
	}
	return b.in.take(p)
}

// canLook reports whether the socket can be read without waiting.
func (b *bulk) canLook() bool {
	if !b.asked {
		b.now, _ = kernel.NewReaderNow(b.in.c.raw)
		b.asked = true
	}
	return b.now != nil
}
