package record

import "github.com/fakewire/fakewire/fakeserver/transcript"

// Free returns the lane's memory behind what is recorded, at least size bytes, to read datagrams into. What Stash, Datagram or
// Datagrams then gets from there they don't copy if it is where they would copy it to: the first one at the front, and each after
// the one before. They move it there if it lies further on. It is nil where the record has a limit, and may not keep what is read.
func (l *Lane) Free(size int) []byte {
	if l.rec.limit != nil {
		return nil
	}
	return l.Buffer(size)
}

// Datagram records a copy of p as one datagram of the peer with the given number and
// address, the nth in this direction.
func (l *Lane) Datagram(peer int, addr string, n int64, p []byte) {
	e := l.datagram(peer, addr, n)
	if l.rec.limit != nil {
		l.limitedDatagram(&e, p, l.stash, nil)
	} else {
		e.Data = l.stash(p)
		l.rec.Add(e)
	}
	l.room()
}

// Datagrams is Datagram for several of one peer that were received at once, the first of which is the nth. They have one
// time, and no snapshot has a part of them, unless the record has a limit or a Tap. It may change what all holds.
func (l *Lane) Datagrams(peer int, addr string, n int64, all [][]byte) {
	if l.rec.limit != nil || l.rec.tap != nil {
		for i, p := range all {
			l.Datagram(peer, addr, n+int64(i), p)
		}
		return
	}
	for i, p := range all {
		all[i] = l.stash(p)
	}
	e := l.datagram(peer, addr, n)
	l.rec.addDatagrams(&e, all)
}

// RecordDatagram is Datagram for p that came from Stash, which it doesn't copy. The
// events in with come right after it: no snapshot has the one without the others.
func (l *Lane) RecordDatagram(peer int, addr string, n int64, p []byte, with []transcript.Event) {
	e := l.datagram(peer, addr, n)
	if l.rec.limit != nil {
		l.limitedDatagram(&e, p, asItIs, with)
	} else {
		e.Data = p
		l.rec.addAll(&e, with)
	}
	l.room()
}

func asItIs(p []byte) []byte { return p }

func (l *Lane) datagram(peer int, addr string, n int64) transcript.Event {
	return transcript.Event{Conn: peer, Direction: l.dir, Kind: transcript.Datagram, Offset: n, Peer: addr}
}
