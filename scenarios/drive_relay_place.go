package scenarios

import "fmt"

// A place is where something happens in what a server sends on a connection: so many bytes
// into one of its messages, and before the byte there.
type place struct {
	message int
	into    int64
}

func (p place) String() string { return fmt.Sprintf("byte %d of message %d", p.into, p.message) }

// beginOf and halfOf return the places at a message's beginning and in its middle.
func beginOf(m message) place { return place{message: m.Number} }
func halfOf(m message) place  { return place{m.Number, m.Size() / 2} }

// A scope is on which connections something happens.
type scope int

const (
	everywhere scope = iota
	onFirstConn
	atFirstServer // on all connections to the server to which the first one was
)

// onFirst lets r's event happen only on the first connection that comes to the place, to
// whichever server. A connection that was a probe is not it.
func (r *relay) onFirst() *relay {
	r.where = onFirstConn
	return r
}

// atFirst lets r's event happen at one server only, on each connection that comes to the place
// there: that to which the first one was.
func (r *relay) atFirst() *relay {
	r.where = atFirstServer
	return r
}
