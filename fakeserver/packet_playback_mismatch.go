package fakeserver

import (
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// mismatch says that a datagram is not the recorded one, or none if that is negative, or if ended says why that none came.
func (pl *peerPlayer) mismatch(wanted int, d Packet, ended string) error {
	m := &MismatchError{
		Step:     fmt.Sprintf("peer %d of %s", pl.x.peer, pl.p.name()),
		Datagram: d.Number, Want: "no more datagrams", Got: d.Data, Ended: ended,
	}
	if wanted < 0 {
		return m
	}
	a := &pl.x.asked[wanted]
	m.Step += fmt.Sprintf(", datagram %d of %d", wanted+1, len(pl.x.asked))
	if ended != "" {
		m.Datagram = a.number
		m.Want = newChecker(a.x).wanted()
		return m
	}
	chk, _ := a.compare(d.Data)
	p := chk.position
	m.Offset, m.Want, m.Got = p.got, chk.wantedAt(p), d.Data[min(p.got, int64(len(d.Data))):]
	text := transcript.Comparison{A: "want", B: "got", Ignore: ignoringOf(pl.p.Ignore, pl.p.carries, a.x)}.Diff(asRecord(a.data), asRecord(d.Data))
	_, m.Detail, _ = strings.Cut(text, "\n")
	return m
}

// noExchange says that a client comes after all that were recorded, or begins as none.
func (pl *peerPlayer) noExchange(all []*exchange, d Packet) error {
	m := &MismatchError{Step: fmt.Sprintf("peer %d", pl.peer.Number()), Datagram: d.Number, Got: d.Data}
	m.Want = fmt.Sprintf("no more than the %s of %s", human.Count(len(all), "peer"), pl.p.name())
	if pl.p.Match == ByFirstBytes {
		m.Want = fmt.Sprintf("what one of the %s of %s, which was not played yet, begins with", human.Count(len(all), "peer"), pl.p.name())
	}
	return m
}
