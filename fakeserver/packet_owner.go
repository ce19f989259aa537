package fakeserver

// Whose datagram is it? Its address does not tell: the kernel gives ports out again, within
// 400 sockets nearly always, and a client that opens a socket for each query would be as many
// peers as it happened to get ports. So the server looks up which socket has the address: the
// kernel knows that of its own host, and the in-memory network tells it with each datagram. A
// socket has its address from bind to close. So if the one that was there at a peer's last
// datagram is still there after this one, it has sent this one, too; if another one is there,
// the datagram is the other's.
//
// If none is there, the sender is gone already. Then the datagram is the peer's, unless the
// peer's socket was known to be gone before the datagram was sent. What was sent before and
// what after is told by rounds: when the server finds a socket gone, and its own
// socket empty, a round ends; all that it reads from then on was sent later.
//
// What can't be told is whether an address has changed hands among datagrams that the server has
// not read yet, nor whether one that was there at its last datagram, and of which nothing is
// known since, has sent this one, too, or another one that is gone as well.

// An owner is what is known of the socket that has an address: the number that tells it
// from all others, or one of the following.
type owner uint64

const (
	untold owner = 0         // it can't be told here: the address has to do
	gone   owner = ^owner(0) // no socket has the address
)

func (o owner) isSocket() bool { return o != untold && o != gone }

// A sighting is what was found at an address.
type sighting struct {
	owner owner
	was   owner // of a peer's that is gone: the socket that was there before
	at    int64 // how many rounds had ended by then
	sent  int64 // of a datagram's sender: how many had, at least, when it was sent
	heard bool  // there was a datagram
}

// excludes reports whether what is found now, at the address of a peer that was last found as
// s, is another socket than the peer's.
func (s sighting) excludes(now sighting) bool {
	switch {
	case s.owner == untold || now.owner == untold:
		return false
	case now.owner == gone:
		return s.owner == gone && now.sent > s.at
	}
	return s.owner != now.owner && s.was != now.owner // what was looked for before the socket was missed may be handed on after that
}

// then returns what is known of a peer that was last found as s, and is found again now.
func (s sighting) then(now sighting) sighting {
	switch {
	case s.owner == gone && s.was.isSocket() && now.owner == s.was: // it was looked for before it was missed
		now.owner, now.was, now.at = gone, s.was, s.at
	case s.owner == gone && now.owner == gone:
		now.at, now.was = s.at, s.was // it has been gone since
	case now.owner == gone:
		now.was = s.owner
	case now.owner == untold:
		now.owner, now.at = s.owner, s.at
	}
	now.heard = s.heard || now.heard
	return now
}

// missed returns what is known of a peer that was last found as s, when its socket is found gone after so many rounds.
func (s sighting) missed(at int64) sighting {
	if s.owner != gone {
		s.owner, s.was, s.at = gone, s.owner, at
	}
	return s
}
