package scenarios

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A place is where something happens in what a server sends on a connection: so many bytes
// into one of its messages, and before the byte there. A message is all that it sends
// between two things that the client sends; message 0 is what it sends unasked, such as a
// greeting.
type place struct {
	message int
	into    int64
}

func (p place) String() string { return fmt.Sprintf("byte %d of message %d", p.into, p.message) }

// turns tells the messages of a connection apart.
type turns struct {
	asked   int  // how often the client began to send
	answers bool // the server was the last to send
	asks    bool // the client was
	here    place
}

// clientSends notes that the client sends something, and returns how often it has begun to,
// and whether it begins.
func (t *turns) clientSends() (asked int, begins bool) {
	if begins = !t.asks; begins {
		t.asked++
	}
	t.asks, t.answers = true, false
	return t.asked, begins
}

// serverSends notes that the server sends n bytes, and returns where these begin, and
// whether a message begins with them.
func (t *turns) serverSends(n int64) (from place, begins bool) {
	if begins = !t.answers; begins {
		t.here = place{message: t.asked}
	}
	t.asks, t.answers = false, true
	from = t.here
	t.here.into += n
	return from, begins
}

// A message is one of a server's messages: which it is, and where it lies in all that the
// server sends on the connection.
type message struct {
	number int
	reply
}

func (m message) String() string {
	if m.number == 0 {
		return fmt.Sprintf("the server's greeting of %d bytes", m.size())
	}
	return fmt.Sprintf("the server's message %d, of %d bytes", m.number, m.size())
}

// begin and half return the places at its beginning and in its middle.
func (m message) begin() place { return place{message: m.number} }
func (m message) half() place  { return place{m.number, m.size() / 2} }

// messagesOf returns what the server sends on a connection, message by message.
func messagesOf(conn transcript.Transcript) (all []message) {
	var t turns
	var sent int64
	for e := range conn.All() {
		switch {
		case e.Direction == transcript.FromClient && e.Kind == transcript.Data:
			t.clientSends()
		case e.Direction == transcript.ToClient && e.Size() > 0:
			if from, begins := t.serverSends(e.Size()); begins {
				all = append(all, message{from.message, reply{sent, sent}})
			}
			sent += e.Size()
			all[len(all)-1].to = sent
		}
	}
	return all
}
