package subject

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Message is all that one side of a connection sends between two things that the other side sends. The
// client's messages have the numbers from 1 on. The server's have the number of the client's message
// that they come after: they answer it, if the two take turns. Message 0 is what the server sends unasked, such
// as a greeting.
type Message struct {
	Direction transcript.Direction
	Number    int
	From, To  int64 // the offsets of its first byte, and of the byte after its last, in all that its side sends
}

// Size returns how many bytes the message has.
func (m Message) Size() int64 { return m.To - m.From }

// String returns the message as "the server's greeting of 20 bytes", or "the client's message 1, of 6 bytes".
func (m Message) String() string {
	switch {
	case m.Direction == transcript.FromClient:
		return fmt.Sprintf("the client's message %d, of %d bytes", m.Number, m.Size())
	case m.Number == 0:
		return fmt.Sprintf("the server's greeting of %d bytes", m.Size())
	}
	return fmt.Sprintf("the server's message %d, of %d bytes", m.Number, m.Size())
}

// Turns tells the messages of a connection apart while they pass. Its zero value is a connection on which nothing was sent
// yet. It is not safe for concurrent use.
type Turns struct {
	last  transcript.Direction // of what was sent last
	asked int                  // how often the client began to send
	sides [transcript.ToClient + 1]Message
}

// Sent notes that one side sends n bytes, which is more than 0. It returns the message that they belong to, as
// far as it was sent, and whether it begins with them.
func (t *Turns) Sent(d transcript.Direction, n int64) (m Message, begins bool) {
	begins, t.last = t.last != d, d
	if begins && d == transcript.FromClient {
		t.asked++
	}
	side := &t.sides[d]
	if begins {
		*side = Message{Direction: d, Number: t.asked, From: side.To, To: side.To}
	}
	side.To += n
	return *side, begins
}

// Messages returns what one side sends on a connection, message by message. conn is the record of that connection,
// as Transcript.Conn returns it. What the server threw away, since its handler had ended, belongs to no message, and
// neither do datagrams. If the client sends while an answer comes, which is no taking of turns, the answer is cut there.
func Messages(conn transcript.Transcript, d transcript.Direction) (all []Message) {
	var t Turns
	for e := range conn.All() {
		if e.Kind != transcript.Data || e.Size() == 0 {
			continue
		}
		switch m, begins := t.Sent(e.Direction, e.Size()); {
		case e.Direction != d:
		case begins:
			all = append(all, m)
		default:
			all[len(all)-1] = m
		}
	}
	return all
}
