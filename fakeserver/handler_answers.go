package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Answers speaks a line protocol by a table: each line has its answer, both without the line's
// end, which the answer gets from the line. For datagrams it answers all lines of one in one. It
// is a Handler and a PacketHandler:
//
//	fakeserver.Answers{"PING": "+PONG", "QUIT": ""}
//
// If an answer is empty, there is none. A line that the table does not have gets that of
// [AnyOther]; if there is none either, the server's Verify fails, and names the line and those
// that there are. A connection then ends by an RST, and a datagram gets no answer.
//
// The limits are those of Lines and PacketLines: 1024 bytes a line, and for connections one
// minute of idleness. What answers by more than a table is a Lines with an Answer. A server
// reads the table while it serves: to change an answer, give a new table to SetHandler.
type Answers map[string]string

// AnyOther is the line of [Answers] that stands for all that it does not have. No line is like
// it, since it ends one.
const AnyOther = "any other line\n"

// Validate refuses a table that is empty, or that has what can't be a line: one with a line's
// end, or one of more than 1024 bytes.
func (a Answers) Validate() error {
	if len(a) == 0 {
		return errors.New("it is empty")
	}
	for _, line := range slices.Sorted(maps.Keys(a)) {
		if line == AnyOther {
			continue
		}
		if strings.Contains(line, "\n") || strings.HasSuffix(line, "\r") {
			return fmt.Errorf("%.40q can't be a line: lines are given without their ends", line)
		}
		if len(line) > defaultMax {
			return fmt.Errorf("%.40q… can't be a line: it has %d bytes, over %d", line, len(line), defaultMax)
		}
	}
	return nil
}

// ServeConn answers lines until the client's end of stream.
func (a Answers) ServeConn(ctx context.Context, c *Conn) error { return Lines{}.serve(c, a.answer) }

// ServePacket answers p's lines. An empty datagram is an empty line.
func (a Answers) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	text, err := PacketLines{}.answers(p, a.answer)
	if len(p.Data) == 0 {
		text, err = a.answer("", "")
	}
	if text != "" && err == nil {
		_, err = io.WriteString(w, text)
	}
	return err
}

// answer returns what there is to say to a line.
func (a Answers) answer(line, end string) (string, error) {
	text, ok := a[line]
	if !ok {
		text, ok = a[AnyOther]
	}
	switch {
	case !ok:
		return "", fmt.Errorf("there is no answer to %q; there are answers to %s", line, a.known())
	case text == "":
		return "", nil
	}
	return text + end, nil
}

// maxKnown is how many lines an error shows.
const maxKnown = 20

// known lists the lines.
func (a Answers) known() string {
	lines := slices.Sorted(maps.Keys(a))
	rest := ""
	if n := len(lines) - maxKnown; n > 0 {
		lines, rest = lines[:maxKnown], fmt.Sprintf(" and %d more", n)
	}
	for i, line := range lines {
		lines[i] = fmt.Sprintf("%q", line)
	}
	return strings.Join(lines, ", ") + rest
}
