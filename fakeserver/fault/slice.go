package fault

import (
	"fmt"
	"slices"
	"time"
)

// Slice cuts a stream into pieces: no Read of the receiver's socket crosses a
// boundary between two of them.
//
// FromClient, the handler's Reads stop at the boundaries. ToClient, the server
// sends a piece, waits until the client's process has read it, and sends the
// next; where it can't find out (the client is on another host, or not on
// Linux) it pauses instead, and the record says "unconfirmed". A client that
// reads nothing for five seconds is not waited for any longer, at no boundary.
// Where ForBytes or ForTime end the rule within a piece, a boundary ends the piece.
//
// Of one direction of a connection the record has the first 65,536 boundaries one by one,
// and counts the rest in one event, with a checksum of their offsets; pieces after that many
// may be one event, too.
//
// What it can't do: stop a client whose buffer is smaller than a piece from
// reading it in two, or cut what a TLS or bufio layer above the socket hands on.
type Slice struct {
	// Size is the size of the pieces in bytes. If zero, what follows Sizes is not
	// cut.
	Size int64
	// Variation makes each piece larger or smaller than Size by a random number of
	// bytes up to this. It must be less than Size.
	Variation int64
	// Sizes are the sizes of the first pieces, before Size applies.
	Sizes []int64
	// Pause is waited for at each boundary, besides what it takes the client to
	// read. If zero and the boundary can't be confirmed, 5 ms.
	Pause time.Duration
}

// Kind returns "slice".
func (Slice) Kind() string { return "slice" }

// Validate refuses sizes that are not positive, a Variation that could make a
// piece empty, and a negative Pause.
func (f Slice) Validate() error {
	if f.Size < 0 || f.Size == 0 && len(f.Sizes) == 0 {
		return fmt.Errorf("Size is %d and Sizes is %v, want a size of at least 1", f.Size, f.Sizes)
	}
	for i, size := range f.Sizes {
		if size <= 0 {
			return fmt.Errorf("Sizes[%d] is %d, want at least 1", i, size)
		}
	}
	if f.Variation < 0 || f.Variation > 0 && f.Variation >= f.Size {
		return fmt.Errorf("Variation is %d, want 0 to less than Size, which is %d", f.Variation, f.Size)
	}
	if f.Pause < 0 {
		return fmt.Errorf("Pause is %v, want 0 or more", f.Pause)
	}
	return nil
}

func (Slice) sealed()       {}
func (f Slice) draws() bool { return f.Variation > 0 }

func (f Slice) clone() Fault {
	f.Sizes = slices.Clone(f.Sizes)
	return f
}

func (f Slice) piece(d draws, i int64) (int64, time.Duration) {
	if i < int64(len(f.Sizes)) {
		return f.Sizes[i], f.Pause
	}
	if f.Variation == 0 {
		return f.Size, f.Pause
	}
	return f.Size - f.Variation + int64(d.below(i, uint64(2*f.Variation+1))), f.Pause
}
