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
