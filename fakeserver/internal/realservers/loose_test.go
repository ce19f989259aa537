//go:build linux

package realservers

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// diff compares the record of a playback with the recording, but for what may differ.
func (c conversation) diff(recorded, played transcript.Transcript) string {
	if c.network == "udp" {
		return c.datagramDiff(recorded, played)
	}
	ignore := slices.Clone(c.ignore)
	for _, carry := range c.carry { // in the only message of the connection
		ignore = append(ignore, transcript.Ignore{From: carry.Request.From, To: carry.Request.To})
	}
	return transcript.Diff(recorded, played, ignore...)
}

// datagramDiff is diff for datagrams. In those an Ignore has no bytes from one offset to another, and a pattern takes two bytes for one
// character where they happen to be one.
func (c conversation) datagramDiff(recorded, played transcript.Transcript) string {
	answers := conversation{carry: c.carry}
	for dir, may := range map[transcript.Direction]conversation{transcript.FromClient: c, transcript.ToClient: answers} {
		a, b := recorded.Datagrams(dir), played.Datagrams(dir)
		if !slices.EqualFunc(a, b, func(a, b []byte) bool { return bytes.Equal(may.blanked(a), may.blanked(b)) }) {
			return fmt.Sprintf("%v: %q, want %q", dir, b, a)
		}
	}
	return ""
}

// blanked returns a message with zeros for what may differ.
func (c conversation) blanked(message []byte) []byte {
	message = slices.Clone(message)
	for i, loose := range c.loose(message) {
		if loose {
			message[i] = 0
		}
	}
	return message
}

// messages returns what the client sent on a recorded connection: its stream, or its datagrams.
func (c conversation) messages(rec transcript.Recording, conn int) [][]byte {
	tr := rec.Transcript.Conn(conn)
	if c.network == "udp" {
		return tr.Datagrams(transcript.FromClient)
	}
	return [][]byte{tr.FromClient()}
}

// firm returns the places of the bytes that must not change: all that the client sends but for what is ignored or carried, and for what
// that is known by.
func (c conversation) firm(rec transcript.Recording) (all []place) {
	for conn := 1; conn <= rec.Transcript.Conns(); conn++ {
		for i, message := range c.messages(rec, conn) {
			loose := c.loose(message)
			for offset := range message {
				if !loose[offset] {
					all = append(all, place{conn, i, offset})
				}
			}
		}
	}
	return all
}

// loose reports for each byte of what a client sent whether it may change.
func (c conversation) loose(message []byte) []bool {
	loose := make([]bool, len(message))
	mark := func(from, to int64) {
		for i := from; i < min(to, int64(len(message))); i++ {
			loose[i] = true
		}
	}
	for _, ignore := range c.ignore {
		if ignore.Pattern == nil {
			mark(ignore.From, ignore.To)
			continue
		}
		for _, m := range ignore.Pattern.FindAllIndex(message, -1) {
			mark(int64(m[0]), int64(m[1]))
		}
	}
	for _, carry := range c.carry {
		mark(carry.Request.From, carry.Request.To)
	}
	for _, vary := range c.vary {
		mark(vary.From, vary.To)
	}
	return loose
}
