package fakeserver

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/port"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A packetReader takes the datagrams of a PacketServer from its socket, and opens and closes
// that. What opens and closes is used under the server's life.
type packetReader struct {
	*peers
	port  *port.Port[net.PacketConn]
	ended chan struct{} // closed when the reader of the present socket has ended
}

// open opens the socket, calls listening, and starts its reader.
func (r *packetReader) open(listening func()) error {
	pc, err := r.port.Open()
	if err != nil {
		return err
	}
	sock, err := newPacketSocket(pc, r.roster)
	if err != nil {
		r.port.Suspend()
		return err
	}
	listening()
	r.out.sock.Store(sock)
	r.begin(sock)
	return nil
}

// begin starts sock's reader.
func (r *packetReader) begin(sock *packetSocket) {
	r.ended = make(chan struct{})
	r.wg.Add(1)
	go r.read(sock, r.ended)
}

// stop takes what has arrived and closes the socket, if there is one. rule is the key of the
// rule that wants it, or empty. It gives up on one whose
// ReadFrom goes on nevertheless, and its error names that.
func (r *packetReader) stop(why, rule string) error {
	sock := r.socket()
	if sock == nil {
		return nil
	}
	sock.stopping.Store(true)
	sock.pc.SetReadDeadline(past) // wakes the reader
	woken := await(r.ended, closeGrace)
	if woken {
		r.readRest(sock)
	}
	sock.abandoned.Store(!woken)
	sock.wakeWriters()
	r.out.forgetSocket(why) // nothing is sent on a socket that is being closed
	sock.noteDrops()
	sock.release()
	r.port.Suspend()
	r.rec.Add(transcript.Event{Kind: transcript.Refused, Rule: rule, Text: why + ": refusing datagrams"}) // whatever sees it is refused
	if woken || await(r.ended, closeGrace/10) {
		return nil
	}
	return sock.deaf()
}

// maxRest is more datagrams than a receive buffer holds. A client that goes on sending
// does not keep the server from closing.
const maxRest = 1 << 16

// readRest records what has arrived, in the reader's stead. It takes no clock for
// a bound: on a busy machine nothing may have been read for long.
func (r *packetReader) readRest(sock *packetSocket) {
	sock.pc.SetReadDeadline(time.Time{})
	for sum := 0; sum < maxRest; {
		n, err := sock.receiveNow(&r.in)
		if sum += n; err != nil {
			return
		}
	}
}

// tooManyErrors in a row, with nothing read between them, end the reader.
const tooManyErrors = 100

// read takes datagrams from the socket until it is closed.
func (r *packetReader) read(sock *packetSocket, ended chan<- struct{}) {
	defer r.wg.Done()
	defer close(ended)
	for failures := 0; failures < tooManyErrors; failures++ {
		n, err := sock.receive(&r.in)
		if n > 0 {
			failures = 0
		}
		sock.noteDrops()
		if errors.Is(err, net.ErrClosed) || sock.stopping.Load() {
			return
		}
		if err != nil {
			r.rec.Add(transcript.Event{Kind: transcript.Error, Text: err.Error()})
			r.linger(nil, time.Millisecond)
		}
	}
	r.fail(fmt.Errorf("fakeserver: %s: reading failed %d times in a row: see the record", r.name, tooManyErrors))
}
