package fakeserver

import (
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// The two directions of a relay.

// goThere passes on what the client sends.
func (r *relay) goThere() {
	defer close(r.there)
	for {
		p, recorded, err := r.readClient()
		if r.edits != nil {
			p, recorded = r.edits.feed(p, err != nil), false
		}
		if len(p) > 0 && r.up.write(p, recorded) != nil {
			return
		}
		if err == io.EOF && !r.c.sawReset() {
			r.up.closeWrite()
		}
		if err != nil {
			return
		}
	}
}

// Sizes of the buffer for what comes from the client, where that is copied.
const (
	smallRelay = 32 << 10
	largeRelay = 512 << 10
)

// readClient reads what the client sends. Recorded says that what it returns is part of the record.
func (r *relay) readClient() (p []byte, recorded bool, err error) {
	if r.shared {
		if p, ok, err := r.c.in.readShared(true); ok {
			return p, true, err
		}
	}
	if r.buf == nil || r.filled && len(r.buf) < largeRelay {
		r.buf = make([]byte, max(smallRelay, 2*len(r.buf)))
	}
	n, err := r.c.Read(r.buf)
	r.filled = n == len(r.buf)
	return r.buf[:n], false, err
}

// goBack passes on what the upstream sends. What a rule has ended this direction for is discarded.
func (r *relay) goBack() {
	defer close(r.back)
	for kind := transcript.Data; ; {
		p, err := r.up.read(kind)
		if kind == transcript.Data {
			switch werr := r.writeClient(p, err != nil); {
			case errors.Is(werr, fault.ErrInjected):
				kind = transcript.Discarded
			case werr != nil:
				return
			}
		}
		if err == io.EOF {
			r.passFIN()
		}
		if err != nil {
			return
		}
	}
}

// writeClient passes on what has come from the upstream. Ended says that nothing follows.
func (r *relay) writeClient(p []byte, ended bool) error {
	recorded := r.shared
	if r.editsBack != nil {
		p, recorded = r.editsBack.feed(p, ended), false
	}
	if len(p) == 0 {
		return nil
	}
	n, err := r.c.out.write(p, recorded)
	if n < len(p) {
		r.noteKept(len(p)-n, err)
	}
	return err
}

// noteKept says in the upstream's record that its last n bytes did not go on.
func (r *relay) noteKept(n int, why error) {
	r.up.from.Add(transcript.Event{Kind: transcript.Note, Text: fmt.Sprintf("the last %d bytes did not go on to the client: %v", n, why)})
}

// passFIN ends the client's direction, or all of its leg, where that is the only way.
func (r *relay) passFIN() {
	if socket.CanCloseWrite(r.c.raw) {
		r.c.CloseWrite()
	} else {
		r.c.end(inOrder, net.ErrClosed)
	}
}
