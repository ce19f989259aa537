package explore

import (
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// kinds are faults to try at a place, one after the other: all of them there, and then the next
// place. The other way round a bug of one place is found after hundreds of plans.
type kinds []fault.Fault

// at returns candidates for each fault at a place.
func (k kinds) at(p place, wave int) (all []candidate) {
	for _, f := range k {
		all = append(all, candidate{plan: only(p.rule(f)), wave: wave})
	}
	return all
}

// waves are the first four, of streams of bytes.
func (p profile) waves() [][]candidate {
	return append([][]candidate{p.wave1()}, p.wavesAtPlaces()...)
}

// wavesAtPlaces are those of them that need places.
func (p profile) wavesAtPlaces() [][]candidate { return [][]candidate{p.wave2(), p.wave3(), p.wave4()} }

// packets and packetsAtPlaces are the same for datagrams.
func (p profile) packets() [][]candidate {
	return append([][]candidate{p.packets1()}, p.packetsAtPlaces()...)
}

func (p profile) packetsAtPlaces() [][]candidate { return [][]candidate{p.packets2(), p.packets4()} }

// late is how long a Stall is after which an answer comes when the client has given up just before.
func (p profile) late() time.Duration { return afterDeadline(p.Deadline) }

// ends is how a connection ends.
func (p profile) ends() kinds { return kinds{fault.Close{}, fault.Reset{}, fault.Exit{}} }

// broken is what happens to a connection that ends, or falls silent.
func (p profile) broken() kinds {
	return append(p.ends(), fault.Restart{}, fault.Stall{For: p.late()}, fault.Stall{})
}

// silent is what lets a direction say nothing more, while the other goes on. A HalfClose of what the
// client sends is none: it only lets the handler answer a part of a request.
func (p profile) silent(d transcript.Direction) kinds {
	if d == transcript.FromClient {
		return kinds{fault.Blackhole{}}
	}
	return kinds{fault.Blackhole{}, fault.HalfClose{}}
}

// wave1 is what needs no place: everything in pieces, and each fault at the beginning.
func (p profile) wave1() (all []candidate) {
	for _, d := range bothWays {
		all = append(all, candidate{plan: only(fault.Rule{Fault: fault.Slice{Size: 1}, Direction: d}), wave: 1})
	}
	for _, d := range bothWays {
		all = append(all, append(p.broken(), p.silent(d)...).at(place{conn: 1, direction: d}, 1)...)
	}
	all = append(all, kinds{fault.Reset{}, fault.Close{}, fault.Stall{}}.at(place{conn: 1}, 1)...)
	for _, f := range p.ends() { // of each connection
		all = append(all, candidate{plan: only(fault.ToClient(f)), wave: 1})
	}
	return append(all, p.outages()...)
}

// outages is servers that are not there, or don't answer: for the first dial, at all, and any more.
func (p profile) outages() (all []candidate) {
	for _, d := range []time.Duration{p.moment(), fault.Forever} {
		all = append(all, candidate{plan: only(fault.AtStart(fault.Down{For: d})), wave: 1})
	}
	all = append(all, candidate{plan: only(fault.AtStart(fault.IgnoreDials{For: fault.Forever})), wave: 1})
	for _, s := range p.Streams {
		if at := s.boundaries(); s.Conn == 1 && s.Direction == transcript.ToClient && len(at) > 0 {
			away := kinds{fault.Down{For: p.moment()}, fault.Down{For: fault.Forever}, fault.IgnoreDials{For: fault.Forever}}
			all = append(all, away.at(at[0], 1)...)
		}
	}
	return all
}

// moment is how long a server is away that is back soon: a client that tries again may find it.
func (p profile) moment() time.Duration { return max(p.Deadline/10, time.Millisecond) }

// wave2 is each boundary of writes and of messages, to the client first.
func (p profile) wave2() (all []candidate) {
	p.eachPlace(stream.boundaries, func(at place) { all = append(all, p.broken().at(at, 2)...) })
	return all
}

// wave3 is inside each message: its first byte, its middle, and all but its last byte; and what the
// client gets of a header.
func (p profile) wave3() (all []candidate) {
	inside := kinds{fault.Close{}, fault.Reset{}, fault.Stall{For: p.late()}, fault.Stall{}}
	p.eachPlace(stream.insides, func(at place) { all = append(all, inside.at(at, 3)...) })
	p.eachPlace(stream.heads, func(at place) {
		if at.direction == transcript.ToClient {
			all = append(all, kinds{fault.Close{}}.at(at, 3)...)
		}
	})
	return all
}

// wave4 is the other faults at the boundaries, and other bytes where messages begin: lengths that
// lie. One of 64 MB comes first: who believes it would take 4 GB, too, and that is the machine's memory.
func (p profile) wave4() (all []candidate) {
	p.eachPlace(stream.boundaries, func(at place) {
		here := p.silent(at.direction)
		if !p.isEnd(at) { // what is to be delayed there is the end alone, and whether that comes to it hangs on who is first
			here = append(here, fault.SlowClose{Delay: p.late()}, fault.Latency{Delay: briefDelay})
		}
		all = append(all, append(here, fault.Restart{How: transcript.ByRST, For: p.moment()}).at(at, 4)...)
	})
	lies := kinds{
		fault.Overwrite{Bytes: []byte{0}}, fault.Overwrite{Bytes: []byte{4}}, fault.Overwrite{Bytes: []byte{0xff}}, fault.Overwrite{Bytes: []byte{0, 0, 0, 0}},
		fault.Overwrite{Bytes: []byte{0xff, 0xff, 0xff, 0xff}}, fault.Overwrite{Bytes: []byte{0x7f, 0xff, 0xff, 0xff}},
		fault.Overwrite{At: 1, Bytes: []byte("9999")}, fault.Overwrite{At: 1, Bytes: []byte("-1")},
		fault.Corrupt{Bits: []int64{0}}, fault.Corrupt{Bits: []int64{7}},
	}
	p.eachPlace(stream.beginnings, func(at place) { all = append(all, lies.at(at, 4)...) })
	return all
}

// isEnd reports whether nothing comes after a place on a healthy wire.
func (p profile) isEnd(at place) bool {
	return slices.ContainsFunc(p.Streams, func(s stream) bool {
		return s.Conn == at.conn && s.Direction == at.direction && (at.writes > 0 && at.writes == int64(len(s.Writes)) || at.writes == 0 && at.at == s.Length)
	})
}

// eachPlace calls f with each place of the streams of bytes, to the client first.
func (p profile) eachPlace(offsets func(stream) []place, f func(place)) {
	for _, d := range bothWays {
		for _, s := range p.Streams {
			if s.Direction != d || s.Datagrams {
				continue
			}
			for _, at := range offsets(s) {
				f(at)
			}
		}
	}
}

// packets1 is what happens to datagrams on the whole.
func (p profile) packets1() (all []candidate) {
	for _, d := range bothWays {
		all = append(all, kinds{fault.Blackhole{}}.at(place{conn: 1, direction: d}, 1)...)
	}
	for _, d := range []time.Duration{p.moment(), fault.Forever} {
		all = append(all, candidate{plan: only(fault.AtStart(fault.Down{For: d})), wave: 1})
	}
	return all
}

// packets2 is each of the first datagrams: lost, there twice, or late.
func (p profile) packets2() []candidate {
	return p.eachDatagram(2, kinds{fault.Loss{Rate: 1}, fault.Duplicate{Rate: 1, Copies: 1}, fault.Latency{Delay: p.late()}, fault.Down{For: fault.Forever}})
}

// packets4 is each of the first datagrams out of order, cut short, or with one beside it that only
// looks like it.
func (p profile) packets4() []candidate {
	return p.eachDatagram(4, kinds{
		fault.Reorder{Rate: 1, Gap: 1}, fault.Truncate{Size: 1}, fault.Truncate{},
		fault.Forge{Bytes: []byte{0xff, 0xff}, First: true}, fault.Forge{Bytes: []byte{0xff, 0xff}},
		fault.Overwrite{Bytes: []byte{0, 0, 0, 0}}, fault.Corrupt{Bits: []int64{0}},
	})
}

// eachDatagram returns candidates for each of the first sixteen datagrams of a peer and direction.
func (p profile) eachDatagram(wave int, faults kinds) (all []candidate) {
	const first = 16
	for _, d := range bothWays {
		for _, s := range p.Streams {
			if s.Direction != d {
				continue
			}
			for n := range min(s.Steady, first) {
				for _, f := range faults {
					all = append(all, candidate{plan: only(place{conn: s.Conn, direction: d, at: n}.datagram(f)), wave: wave})
				}
			}
		}
	}
	return all
}

// afterwards returns places for a second fault, where a first one let the client do something new.
func (s stream) afterwards() []place {
	return append([]place{{conn: s.Conn, direction: s.Direction}}, s.boundaries()...)
}

// seconds are the second faults of pairs.
func (p profile) seconds() kinds {
	return kinds{fault.Close{}, fault.Reset{}, fault.Stall{For: p.late()}, fault.Stall{}}
}
