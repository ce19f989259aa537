package fakeserver

// Whose datagram is it? An address does not tell: the kernel gives ports out again, within
// 400 sockets nearly always, and a client that opens one socket for each query would be as
// many peers as it happened to get ports. So a server asks which socket has the address: on
// loopback the kernel knows, and the in-memory network says it of each datagram. One socket
// has an address from when it is bound until it is closed. So if the one that was there at a
// peer's last datagram is there after this one, too, then this is the peer's; if another is
// there, it is the other's.
//
// If none is there, its sender has gone already. It is the peer's, unless the peer's socket was
// seen to be gone before the datagram was sent. What was sent later than something was seen is
// told by rounds: after each such sight the server looks whether its own socket is empty, and
// if so, a round ends, and what is read from then on was sent later.
//
// What can't be told: of datagrams that came within the time that the server takes to read
// them, whether the address has changed hands between them.

// An owner is what is known of the socket that has an address: the number that tells it
// from all others, or one of the following.
type owner uint64

const (
	untold owner = 0         // it can't be told here: the address has to do
	gone   owner = ^owner(0) // no socket has the address
)

func (o owner) isSocket() bool { return o != untold && o != gone }

// A sighting is what was found at an address, and when.
type sighting struct {
	owner owner
	at    int64 // how many rounds had ended when it was looked for
	sent  int64 // and how many, at least, when the datagram was sent that it was looked for for
	heard bool  // there was a datagram
}

// isOlderThan reports whether a datagram with the sighting t is not the peer's whose last
// one is s.
func (s sighting) isOlderThan(t sighting) bool {
	switch {
	case s.owner == untold || t.owner == untold:
		return false
	case t.owner == gone:
		return s.owner == gone && t.sent > s.at
	}
	return s.owner != t.owner
}

// then returns what is known of a peer after one more of its datagrams.
func (s sighting) then(t sighting) sighting {
	switch {
	case s.owner == gone && t.owner == gone:
		t.at = s.at // it has been gone for as long
	case t.owner == untold:
		t.owner, t.at = s.owner, s.at
	}
	t.heard = s.heard || t.heard
	return t
}
