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

// takeBulk is take after a read of bulkRead bytes or more: it looks a few times before it waits.
func (in *inbound) takeBulk(p []byte) (int, error) {
	if !kernel.CanReadNow(in.c.raw) {
		return in.take(p)
	}
	for range bulkLooks {
		n, err := in.takeNow(p)
		switch {
		case n > 0, err == io.EOF:
			return n, err
		case isClosed(err):
			return in.take(p)
		case !errors.Is(err, os.ErrDeadlineExceeded): // the socket says it once: an RST, or that the client's host is silent
			return 0, in.c.asOpError("read", err)
		}
		runtime.Gosched() // to the client, if it is in this process and there is one processor
	}
	return in.take(p)
}
