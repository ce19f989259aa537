package fakeserver

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// writePart is the size of the parts in which a large write is recorded and sent, or queued.
const writePart = 256 << 10

// send records p, and writes it to the socket. Just before the last part is written, it calls
// reached, if that is not nil. Its error is the socket's, for which see Conn.writeError, or
// errReplanned.
func (out *outbound) send(p []byte, recorded bool, reached func()) (sum int, err error) {
	for len(p) > 0 {
		part := p[:min(len(p), writePart)]
		if p = p[len(part):]; len(p) == 0 {
			err = out.sendPart(part, recorded, reached, &sum)
		} else {
			err = out.sendPart(part, recorded, nil, &sum)
		}
		if err == nil && len(p) > 0 && out.direct.isWoken() {
			err = errReplanned
		}
		if err != nil {
			break
		}
	}
	return sum, err
}

// sendPart records p first, so that a client that has read an answer finds it in the record,
// and what it does then comes after all that; what did not leave after all is taken back.
func (out *outbound) sendPart(p []byte, recorded bool, reached func(), sum *int) error {
	if recorded {
		out.lane.Record(p)
	} else {
		out.lane.Append(transcript.Data, p)
	}
	if reached != nil {
		reached()
	}
	n, err := out.writeRaw(p)
	if *sum += n; n < len(p) {
		out.lane.Unsend(int64(len(p)-n), errText(err))
	}
	return err
}

// writeRaw writes p, which is recorded, to the socket. The server may close in between, or get
// another plan: that ends what waits, but what can leave at once leaves, so that what the record
// has had to say of it stays true.
func (out *outbound) writeRaw(p []byte) (int, error) {
	n, err := out.c.raw.Write(p)
	if !isTimeout(err) {
		return n, err
	}
	switch {
	case out.direct.isWoken():
		m, _ := socket.WriteNow(out.c.raw, p[n:])
		if n += m; n == len(p) {
			return n, nil
		}
		return n, errReplanned
	case n == 0 && out.c.isHurried():
		if m, nowErr := socket.WriteNow(out.c.raw, p); m > 0 {
			return m, nowErr
		}
	}
	return n, err
}

// sendFIN half-closes the socket, unless it is gone, or the end is to be an RST.
func (out *outbound) sendFIN() error {
	if out.c.isToReset() {
		return nil
	}
	return out.sendRuledFIN()
}

// sendRuledFIN is sendFIN for a rule, which has acted: an RST comes after that.
func (out *outbound) sendRuledFIN() error {
	if out.c.isOver() {
		return nil
	}
	err := out.fin()
	if err != nil && !out.c.isOver() {
		out.lane.UnsendFIN(err.Error())
		return out.c.writeError(err)
	}
	return nil
}

// fin records a FIN and sends it, unless one has left, or the client has reset the connection.
func (out *outbound) fin() error {
	if out.c.sawReset() || !out.claimFIN() {
		return nil
	}
	out.lane.Add(transcript.Event{Kind: transcript.FIN})
	out.c.in.wakeDrain()
	return socket.CloseWrite(out.c.raw)
}

// claimFIN reports whether no FIN has left yet: then the caller sends it.
func (out *outbound) claimFIN() (first bool) {
	out.mu.Lock()
	defer out.mu.Unlock()
	if first = out.finished.IsZero(); first {
		out.finished = time.Now()
	}
	return first
}
