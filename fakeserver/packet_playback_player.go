package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A peerPlayer plays one peer.
type peerPlayer struct {
	p    *PacketPlayback
	peer *Peer
	x    *exchange

	came  map[int]*checker // of the recorded datagrams that came, the last of each
	began int              // what comes belongs to the datagrams from this one on
	next  int              // the act to do next
	last  time.Time        // when something came last, or was done

	did    time.Time         // when something was done last
	sentAt map[int]time.Time // when the recorded datagrams that came had arrived, with Pace
}

func newPeerPlayer(p *PacketPlayback, peer *Peer) *peerPlayer {
	return &peerPlayer{p: p, peer: peer, came: map[int]*checker{}, sentAt: map[int]time.Time{}, last: time.Now()}
}

// serve chooses what to play, and plays it.
func (pl *peerPlayer) serve(ctx context.Context, all []*exchange) error {
	first, err := pl.peer.Next(ctx)
	if err != nil {
		var ok bool // it had come, even if the server has closed
		if first, ok = pl.peer.Ready(); !ok {
			return err
		}
	}
	if pl.x = pl.p.choose(all, pl.peer.Number(), first.Data); pl.x == nil {
		if pl.p.Extra == ExtraRefused {
			return pl.swallow(ctx)
		}
		return pl.noExchange(all, first)
	}
	pl.peer.Step(fmt.Sprintf("playback of peer %d of %s", pl.x.peer, pl.p.name()))
	if err := pl.take(first); err != nil {
		return err
	}
	return pl.run(ctx)
}

// swallow reads what is refused.
func (pl *peerPlayer) swallow(ctx context.Context) error {
	for {
		if _, err := pl.peer.Next(ctx); err != nil {
			return err
		}
	}
}

// run does what is due, and takes what comes.
func (pl *peerPlayer) run(ctx context.Context) error {
	for {
		due, err := pl.perform()
		switch {
		case errors.Is(err, net.ErrClosed):
			return pl.closed(err)
		case err != nil:
			return err
		}
		until, patient := due, due.IsZero()
		if wanted := pl.wanted(); patient && wanted >= 0 && pl.p.patience() >= 0 {
			until = pl.last.Add(pl.p.patience() + pl.x.asked[wanted].wait)
		}
		d, err := pl.await(ctx, until)
		switch {
		case err == nil:
			err = pl.take(d)
		case errors.Is(err, os.ErrDeadlineExceeded) && !patient:
			continue
		case errors.Is(err, os.ErrDeadlineExceeded):
			err = pl.mismatch(pl.wanted(), Packet{}, fmt.Sprintf("nothing more came for %v", pl.p.patience()))
		case errors.Is(err, net.ErrClosed) || err == io.EOF:
			return pl.closed(err)
		}
		if err != nil {
			return err
		}
	}
}

// await returns the next datagram, if it comes before a time; zero: whenever it does.
func (pl *peerPlayer) await(ctx context.Context, until time.Time) (Packet, error) {
	if until.IsZero() {
		return pl.peer.Next(ctx)
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	return pl.peer.Next(ctx)
}

// perform does the acts that are due, and returns when the next one is; zero: it waits for the client.
func (pl *peerPlayer) perform() (due time.Time, err error) {
	for ; pl.next < len(pl.x.acts); pl.next++ {
		a := pl.x.acts[pl.next]
		if !pl.hasAll(a.after) {
			return time.Time{}, nil
		}
		pl.began = max(pl.began, a.after)
		if a.isFault() {
			e := a.fault
			e.Conn, e.Peer, e.Text = pl.peer.Number(), pl.peer.client.text, strings.TrimSuffix("played: "+e.Text, ": ")
			pl.peer.s.rec.Add(e)
			continue
		}
		if due := pl.since(a).Add(time.Duration(float64(a.pause) * pl.p.Pace)); pl.p.Pace > 0 && a.pause > 0 && time.Now().Before(due) {
			return due, nil
		}
		if err := pl.send(a); err != nil {
			return time.Time{}, err
		}
		pl.did = time.Now()
		pl.last = pl.did
	}
	return time.Time{}, nil
}

// since returns when what an act waited for had arrived, or the act before it was done.
func (pl *peerPlayer) since(a packetAct) time.Time {
	since := pl.did
	for i := range a.after {
		if at := pl.sentAt[i]; at.After(since) {
			since = at
		}
	}
	return since
}

// arrived returns when a datagram of the client arrived, before whatever the plan did to it.
func (pl *peerPlayer) arrived(number int64) time.Time {
	tr := pl.peer.s.rec.Snapshot()
	for e := range tr.Conn(pl.peer.Number()).All() {
		if e.Kind == transcript.Datagram && e.Direction == transcript.FromClient && e.Offset == number {
			return tr.Header().Start.Add(e.At)
		}
	}
	return time.Time{}
}

// send sends what was recorded. What a server sends that is down is lost, as the recorded one's may not have been.
func (pl *peerPlayer) send(a packetAct) error {
	_, err := pl.peer.Write(apply(a.changes, a.data, 0, pl.carried))
	if errors.Is(err, errNameless) || pl.peer.isLost(err) {
		return nil // as it was recorded, or the client is to see to it
	}
	return err
}

// carried returns what came in place of a recorded value.
func (pl *peerPlayer) carried(s substitution) []byte {
	recorded := pl.x.asked[s.value].x.carried[s.carry][s.nth]
	chk := pl.came[s.value]
	if chk == nil {
		return recorded.data
	}
	if s.carry.Request.Pattern == nil {
		return chk.kept[min(recorded.at.from, int64(len(chk.kept))):min(recorded.at.to, int64(len(chk.kept)))]
	}
	for _, m := range chk.masks {
		if m.carry == s.carry && s.nth < len(m.values) {
			return m.values[s.nth].data
		}
	}
	return recorded.data
}

// hasAll reports whether the first n recorded datagrams have come.
func (pl *peerPlayer) hasAll(n int) bool {
	for i := range n {
		if pl.came[i] == nil && !pl.x.asked[i].isFree {
			return false
		}
	}
	return true
}

// wanted returns the first recorded datagram that has not come; -1: all have.
func (pl *peerPlayer) wanted() int { return pl.wantedBefore(len(pl.x.asked)) }

func (pl *peerPlayer) wantedBefore(end int) int {
	for i := range end {
		if pl.came[i] == nil && !pl.x.asked[i].isFree {
			return i
		}
	}
	return -1
}

// take takes a datagram that came.
func (pl *peerPlayer) take(d Packet) error {
	pl.last = time.Now()
	end := pl.x.groupEnd(pl.began)
	for i := range end {
		if pl.came[i] != nil {
			continue
		}
		if chk, same := pl.x.asked[i].compare(d.Data); same || pl.x.asked[i].isFree && d.Number == pl.x.asked[i].number {
			pl.came[i] = chk
			if pl.p.Pace > 0 {
				pl.sentAt[i] = pl.arrived(d.Number)
			}
			return nil
		}
	}
	return pl.takeExtra(d, end)
}

// takeExtra takes a datagram that was not recorded there.
func (pl *peerPlayer) takeExtra(d Packet, end int) error {
	again := -1
	for i := range pl.x.asked {
		chk, same := pl.x.asked[i].compare(d.Data)
		if same && pl.came[i] != nil {
			again = i
			if pl.p.Extra == ExtraRepeats {
				pl.came[i] = chk
				return pl.repeat(i)
			}
		}
	}
	wanted := pl.wantedBefore(end)
	if pl.p.Extra == ExtraRefused && (again >= 0 || wanted < 0) {
		return nil
	}
	return pl.mismatch(wanted, d, "")
}

// repeat sends again what answered a datagram, if that was answered already.
func (pl *peerPlayer) repeat(i int) error {
	for _, at := range pl.x.answersTo(i) {
		if at >= pl.next {
			continue
		}
		if err := pl.send(pl.x.acts[at]); err != nil {
			return err
		}
	}
	return nil
}

// closed returns what the end of all that comes means: whether the client has sent all by then.
func (pl *peerPlayer) closed(err error) error {
	for {
		d, ok := pl.peer.Ready()
		if !ok {
			break
		}
		if wrong := pl.take(d); wrong != nil && !errors.Is(wrong, net.ErrClosed) {
			return wrong
		}
	}
	if wanted := pl.wanted(); wanted >= 0 {
		return pl.mismatch(wanted, Packet{}, serverEnded)
	}
	return err
}
