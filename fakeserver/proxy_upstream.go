package fakeserver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An upstreamConn is a proxy's connection to its upstream, and the record of that. One goroutine reads it, and one writes
// it; when both have ended, finish ends it.
type upstreamConn struct {
	core     *core
	n        int // of the client's connection
	raw      net.Conn
	base     net.Conn // what carries raw: the same, but for TLS
	rec      *record.Recorder
	to, from *record.Lane

	mu      sync.Mutex      // guards what follows
	theirs  transcript.Kind // how the upstream has ended its stream: FIN or RST; else zero
	torn    bool            // its RST has come, though it may not have been read yet
	failed  bool            // there was another error
	sentFIN bool            // to the upstream
	cut     string          // why what is under way does not go on; empty: it does
	changed change          // of any of these
}

func newUpstreamConn(c *Conn, raw net.Conn, rec *record.Recorder) *upstreamConn {
	u := &upstreamConn{
		core: c.core, n: c.n, raw: raw, base: baseConn(raw), rec: rec,
		to: rec.Lane(c.n, transcript.FromClient), from: rec.Lane(c.n, transcript.ToClient),
	}
	rec.Add(transcript.Event{Conn: c.n, Kind: transcript.Accept, Peer: addrString(raw.LocalAddr())})
	if at, main := addrString(raw.RemoteAddr()), rec.Header().Address; at != "" && at != main {
		u.note(transcript.Note, "connected to "+at)
	}
	return u
}

// read reads and records what comes, as the kind that it is of. What it returns is good until the next read.
func (u *upstreamConn) read(kind transcript.Kind) ([]byte, error) {
	n, err := u.raw.Read(u.from.Buffer(ruledRead)) // so that what the upstream writes at once stays together
	var p []byte
	if n > 0 {
		p = u.from.Commit(kind, n)
	}
	return p, u.readError(err)
}

// readError records what a read's error says of the upstream. Its error is io.EOF only after a FIN.
func (u *upstreamConn) readError(err error) error {
	switch {
	case err == nil || u.cutWhy() != "":
	case err == io.EOF && !u.sawReset() && !u.isReset():
		u.theyEnded(transcript.FIN)
	case err == io.EOF || isReset(err): // a write has heard of the RST before
		u.theyEnded(transcript.RST)
		return errUpstreamReset
	case !isTimeout(err): // of drain
		u.fail(err)
	}
	return err
}

var errUpstreamReset = errors.New("the upstream has reset the connection")

// write records p and sends it. Recorded says that p is part of the record of the other leg.
func (u *upstreamConn) write(p []byte, recorded bool) error {
	if recorded {
		u.to.Record(p)
	} else {
		u.to.Append(transcript.Data, p)
	}
	n, err := u.raw.Write(p)
	if n < len(p) {
		why := u.cutWhy()
		if why == "" {
			why = errText(err)
		}
		u.to.Unsend(int64(len(p)-n), why)
	}
	if err != nil && u.cutWhy() == "" {
		if isReset(err) {
			u.theyEnded(transcript.RST)
			return errUpstreamReset
		}
		u.fail(err)
	}
	return err
}

// closeWrite sends a FIN, once, where the connection can.
func (u *upstreamConn) closeWrite() {
	if !socket.CanCloseWrite(u.raw) {
		u.note(transcript.Note, fmt.Sprintf("a %T has no CloseWrite: the FIN does not pass before the end of the connection", u.raw))
		return
	}
	if !u.claimFIN() {
		return
	}
	u.to.Add(transcript.Event{Kind: transcript.FIN})
	if err := socket.CloseWrite(u.raw); err != nil {
		u.to.UnsendFIN(err.Error())
	}
}

// claimFIN reports whether no FIN has left yet: then the caller sends it.
func (u *upstreamConn) claimFIN() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	first := !u.sentFIN && u.theirs != transcript.RST
	u.sentFIN = u.sentFIN || first
	return first
}

// interrupt makes what reads and writes the connection end.
func (u *upstreamConn) interrupt(why string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.cut == "" {
		u.cut = why
		u.changed.raise()
	}
	u.raw.SetDeadline(past)
}

// theyEnded records the upstream's FIN or RST, once each, and no FIN after an RST.
func (u *upstreamConn) theyEnded(k transcript.Kind) {
	u.mu.Lock()
	news := u.theirs != k && u.theirs != transcript.RST
	if news {
		u.theirs = k
		u.changed.raise()
	}
	u.mu.Unlock()
	if news {
		u.from.Add(transcript.Event{Kind: k})
	}
}

// next returns a channel that is closed when the upstream ends its stream.
func (u *upstreamConn) next() <-chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.changed.next()
}

func (u *upstreamConn) sawReset() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.theirs == transcript.RST
}

// theyEnd reports whether the upstream has ended its stream.
func (u *upstreamConn) theyEnd() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.theirs != 0 || u.failed
}

// isBroken reports whether nothing can pass any more: the upstream's RST has come, or another error.
func (u *upstreamConn) isBroken() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.theirs == transcript.RST || u.torn || u.failed
}

// tear notes that the upstream's RST has come. It is recorded when what came before it has been read.
func (u *upstreamConn) tear() { u.set(&u.torn) }

// fail notes an error that nothing can follow.
func (u *upstreamConn) fail(err error) {
	u.note(transcript.Error, err.Error())
	u.set(&u.failed)
}

func (u *upstreamConn) set(fact *bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	*fact = true
	u.changed.raise()
}

func (u *upstreamConn) hasSentFIN() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.sentFIN
}

// isReset reports whether the upstream's RST has come, read or not, while no FIN was sent to it. The socket is asked first: a FIN that
// leaves meanwhile may be what ends it, and is known of before it leaves.
func (u *upstreamConn) isReset() bool { return socket.IsReset(u.base) && !u.hasSentFIN() }

func (u *upstreamConn) cutWhy() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.cut
}

// unacked returns how many bytes the upstream's kernel does not have, or 0 where that can't be known.
func (u *upstreamConn) unacked() int64 {
	n, _ := socket.Unacked(u.base)
	return int64(n)
}

func (u *upstreamConn) note(k transcript.Kind, text string) {
	u.rec.Add(transcript.Event{Conn: u.n, Kind: k, Text: text})
}
