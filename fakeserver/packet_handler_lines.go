package fakeserver

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// PacketLines answers each line of a datagram, all of them in one datagram.
type PacketLines struct {
	// Answer makes the answer to a line; both without the line's end. If nil, it is
	// strings.ToUpper.
	Answer func(line string) string
	// MaxBytes is the largest line, without its end. If zero, 1024. A datagram with a
	// longer one gets no answer; the record says why.
	MaxBytes int
}

// Validate refuses a negative MaxBytes.
func (h PacketLines) Validate() error { return Lines{MaxBytes: h.MaxBytes}.Validate() }

// ServePacket answers p's lines.
func (h PacketLines) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	if h.Answer == nil {
		h.Answer = strings.ToUpper
	}
	answer, err := h.answers(p, func(line, end string) (string, error) { return h.Answer(line) + end, nil })
	if err == nil {
		_, err = io.WriteString(w, answer)
	}
	return err
}

// answers joins what answer makes of each of p's lines and of its end.
func (h PacketLines) answers(p Packet, answer func(line, end string) (string, error)) (string, error) {
	if h.MaxBytes == 0 {
		h.MaxBytes = defaultMax
	}
	var all strings.Builder
	for line := range strings.Lines(string(p.Data)) {
		text := strings.TrimRight(line, "\r\n")
		if len(text) > h.MaxBytes {
			return "", fmt.Errorf("datagram %d: %w: over %d bytes", p.Number, ErrLineTooLong, h.MaxBytes)
		}
		said, err := answer(text, line[len(text):])
		if err != nil {
			return "", err
		}
		all.WriteString(said)
	}
	return all.String(), nil
}
