package timeline

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

const (
	maxRows  = 20_000  // events that a page has at most
	maxData  = 512_000 // bytes of data that a page has, in all
	maxBytes = 64_000  // bytes of data that a page has of one event
)

// kept says what a page has of a record.
type kept struct {
	leftOut  int64            // how many events it lacks
	has      func(int64) bool // whether it has the event with this Seq
	lives    map[int][2]int64 // the Seqs of the first and the last event that it has of each connection
	maxBytes int              // of data, of each event
}

// isPlain reports whether e is the ordinary course of things: of that, long runs are folded, and of very
// much the middle is left out.
func isPlain(e transcript.Event) bool {
	switch e.Kind {
	case transcript.Accept, transcript.Data, transcript.Datagram, transcript.FIN, transcript.Close:
		return true
	}
	return false
}

// choose says what a page has of t. What is not plain has precedence; and of what is too much, the
// beginning and the end.
func choose(t transcript.Transcript, maxRows int) kept {
	k := kept{has: func(int64) bool { return true }, lives: map[int][2]int64{}}
	if t.Len() > maxRows {
		var plain, other []int64
		for e := range t.All() {
			if isPlain(e) {
				plain = append(plain, e.Seq)
			} else {
				other = append(other, e.Seq)
			}
		}
		other = ends(other, maxRows*3/4)
		chosen := append(other, ends(plain, maxRows-len(other))...)
		slices.Sort(chosen)
		k.leftOut = int64(t.Len() - len(chosen))
		k.has = func(seq int64) bool {
			_, ok := slices.BinarySearch(chosen, seq)
			return ok
		}
	}
	var sizes []int
	for e := range t.All() {
		if !k.has(e.Seq) {
			continue
		}
		sizes = append(sizes, len(e.Data))
		life, ok := k.lives[e.Conn]
		if !ok {
			life[0] = e.Seq
		}
		life[1] = e.Seq
		k.lives[e.Conn] = life
	}
	k.maxBytes = min(share(sizes, maxData), maxBytes)
	return k
}

// ends returns the first and the last of seqs, n in all.
func ends(seqs []int64, n int) []int64 {
	if len(seqs) <= n {
		return seqs
	}
	return slices.Concat(seqs[:n-n/2], seqs[len(seqs)-n/2:])
}

// share returns how much each of sizes may have at most, so that all have total together: what small ones
// leave, large ones get.
func share(sizes []int, total int) int {
	slices.Sort(sizes)
	for i, size := range sizes {
		left := len(sizes) - i
		if size > total/left {
			return total / left
		}
		total -= size
	}
	return maxBytes
}
