package fakeserver

import "testing"

// A socket is looked for once for all that one read gives of it. It may be found gone, when another peer is new, before the last of
// that is handed on.
func TestSightingOfASocketThatWasMissedMeanwhile(t *testing.T) {
	const mine, other = owner(7), owner(8)
	gone := func(sent int64) sighting { return sighting{owner: gone, sent: sent} }
	missed := sighting{owner: mine, heard: true}.missed(3)
	for _, tt := range []struct {
		why      string
		s, now   sighting
		excludes bool
	}{
		{"it was looked for before it was missed", missed, sighting{owner: mine}, false},
		{"another has the address", missed, sighting{owner: other}, true},
		{"it was sent before it was missed", missed, gone(3), false},
		{"it was sent after it was missed", missed, gone(4), true},
		{"it is missed again", missed.missed(5), sighting{owner: mine}, false},
		{"it was there, and then gone", sighting{owner: mine}.then(gone(1)), sighting{owner: mine}, false},
		{"it was there, and then gone twice", sighting{owner: mine}.then(gone(1)).then(gone(1)), sighting{owner: mine}, false},
		{"nothing was known of it before it was gone", gone(1), sighting{owner: mine}, true},
	} {
		if got := tt.s.excludes(tt.now); got != tt.excludes {
			t.Errorf("%s: excludes = %v, want %v", tt.why, got, tt.excludes)
		}
	}
}
