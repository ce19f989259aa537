package fault

import "github.com/fakewire/fakewire/fakeserver/internal/decide"

// appendStep appends a pass, joined to the pass before it or in pieces that its limits of speed
// let flow.
func appendStep(steps []decide.Step, s decide.Step) []decide.Step {
	if n := len(steps); n > 0 && goesOnWith(&steps[n-1], &s) {
		join(&steps[n-1], &s)
		return steps
	}
	size := int64(len(s.Data))
	for _, b := range s.Buckets {
		size = min(size, b.Piece())
	}
	for int64(len(s.Data)) > size {
		first := s
		first.Data, s.Data = s.Data[:size], s.Data[size:]
		if s.Taken == int64(len(s.Data))+size { // each byte is still the sender's
			first.Taken = size
		}
		s.Offset, s.Taken = s.Offset+first.Taken, s.Taken-first.Taken
		steps = append(steps, first)
	}
	return append(steps, s)
}

// goesOnWith reports whether s and next, which comes after it, can be one step: nothing acts
// between them. What has a limit of speed is due piece by piece.
func goesOnWith(s, next *decide.Step) bool {
	return s.Op == decide.OpPass && next.Op == decide.OpPass && s.Offset+s.Taken == next.Offset && s.Delay == next.Delay &&
		s.Account == next.Account && len(s.Buckets) == 0 && len(next.Buckets) == 0
}

// join makes s and next one step. It copies only where their bytes do not lie in a row.
func join(s, next *decide.Step) {
	s.Taken += next.Taken
	n, all := len(s.Data), len(s.Data)+len(next.Data)
	switch {
	case n == 0:
		s.Data = next.Data
	case len(next.Data) == 0:
	case cap(s.Data) >= all && &s.Data[:n+1][n] == &next.Data[0]:
		s.Data = s.Data[:all]
	default:
		s.Data = append(s.Data[:n:n], next.Data...)
	}
}
