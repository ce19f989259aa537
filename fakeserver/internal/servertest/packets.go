package servertest

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A RefusingTransport has sockets of datagrams that refuse to send some.
type RefusingTransport struct {
	fakeserver.Transport
	Refuses func() bool
}

// ListenPacket returns such a socket.
func (t RefusingTransport) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	pc, err := t.Transport.ListenPacket(ctx, network, address)
	return refusingSocket{pc, t.Refuses}, err
}

// Suspend is the socket's own.
func (s refusingSocket) Suspend() (again func() (net.PacketConn, error), release func(), err error) {
	return s.PacketConn.(interface {
		Suspend() (func() (net.PacketConn, error), func(), error)
	}).Suspend()
}

type refusingSocket struct {
	net.PacketConn
	refuses func() bool
}

func (s refusingSocket) WriteTo(p []byte, to net.Addr) (int, error) {
	if s.refuses() {
		return 0, &net.OpError{Op: "write", Net: "udp", Err: errors.New("no room for it")}
	}
	return s.PacketConn.WriteTo(p, to)
}

// Miscounted returns the events whose Count is not what their kind has.
func Miscounted(tr transcript.Transcript) (wrong []transcript.Event) {
	for e := range tr.All() {
		switch e.Kind {
		case transcript.Data, transcript.Datagram, transcript.Discarded:
			if e.Count == 0 || e.Data == nil {
				continue
			}
		case transcript.Unread, transcript.Unsent, transcript.Drop:
			if e.Count > 0 {
				continue
			}
		case transcript.Undelivered:
			if e.Count > 0 && e.Peer != "" {
				continue
			}
		case transcript.RST, transcript.Fault:
			continue
		case transcript.Note:
			if e.Count == 0 || e.Rule != "" && e.Peer != "" {
				continue
			}
		default:
			if e.Count == 0 {
				continue
			}
		}
		wrong = append(wrong, e)
	}
	return wrong
}

// Loses reports whether e is a fault that loses its datagram, whatever has brought it about.
func Loses(e transcript.Event) bool {
	text, _, _ := strings.Cut(e.Text, ", ")
	return text == "lost" || text == "dropped"
}

// Decisions returns how often the record says that a rule was to act.
func Decisions(tr transcript.Transcript, rule string) (n int64) {
	for _, e := range tr.Faults() {
		if e.Rule == rule {
			n += max(1, e.Times)
		}
	}
	return n
}

// DidNotAct returns of how many datagrams the record says that a rule did not act on them.
func DidNotAct(tr transcript.Transcript, rule string) (n int64) {
	for e := range tr.Kind(transcript.Note).All() {
		if e.Rule == rule && strings.HasPrefix(e.Text, "did not act: ") {
			n += e.Count
		}
	}
	return n
}
