package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// PacketDiscard records datagrams and says nothing: what `nc -lu` does.
type PacketDiscard struct {
	// To gets a copy of each datagram's bytes: os.Stdout, say. If nil, there is only
	// the record.
	To io.Writer
}

// ServePacket copies p to To.
func (h PacketDiscard) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	if h.To == nil {
		return nil
	}
	_, err := h.To.Write(p.Data)
	return err
}

// PacketEcho sends each datagram back.
type PacketEcho struct{}

// ServePacket echoes p.
func (PacketEcho) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	_, err := w.Write(p.Data)
	return err
}

// PacketReply answers each datagram with the same one.
type PacketReply struct {
	// Data is the answer. If empty, there is none.
	Data string
	// Logf is told each datagram's text and sender: log.Printf, say. If nil, there is
	// only the record.
	Logf func(format string, args ...any)
}

// ServePacket answers p.
func (h PacketReply) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	if h.Logf != nil {
		h.Logf("%v: %s", p.Peer, p.Data)
	}
	if h.Data == "" {
		return nil
	}
	_, err := w.Write([]byte(h.Data))
	return err
}

// PacketLines answers each line of a datagram, all of them in one datagram.
type PacketLines struct {
	// Answer makes the answer to a line; both without the line's end. If nil, it is
	// strings.ToUpper.
	Answer func(line string) string
	// MaxBytes is the largest line, without its end. If zero, 1024. A datagram with a
	// longer one gets no answer; the record says why.
	MaxBytes int
}

func (h PacketLines) check() error { return Lines{MaxBytes: h.MaxBytes}.check() }

// ServePacket answers p's lines.
func (h PacketLines) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	if h.Answer == nil {
		h.Answer = strings.ToUpper
	}
	if h.MaxBytes == 0 {
		h.MaxBytes = defaultMax
	}
	var answer strings.Builder
	for line := range strings.Lines(string(p.Data)) {
		text := strings.TrimRight(line, "\r\n")
		if len(text) > h.MaxBytes {
			return fmt.Errorf("datagram %d: %w: over %d bytes", p.Number, ErrLineTooLong, h.MaxBytes)
		}
		answer.WriteString(h.Answer(text) + line[len(text):])
	}
	_, err := io.WriteString(w, answer.String())
	return err
}

// PacketSequence answers the nth client with its nth handler. The last one
// answers all that follow.
type PacketSequence []PacketHandler

func (s PacketSequence) check() error {
	if len(s) == 0 {
		return errors.New("it is empty")
	}
	for i, h := range s {
		if h == nil {
			return fmt.Errorf("handler %d is nil", i+1)
		}
		if err := checkHandler(h); err != nil {
			return fmt.Errorf("handler %d: %w", i+1, err)
		}
	}
	return nil
}

// ServePacket calls the handler for the client's number.
func (s PacketSequence) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	return s[min(p.Conn, len(s))-1].ServePacket(ctx, p, w)
}
