package scenarios

import (
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// lineBegins is what each line begins with.
const lineBegins = "line "

// textLines returns n lines to log: each begins with its number and ends with it,
// and has size bytes or a few more in between. They have nothing in them that a
// format might escape.
func textLines(first, n, size int) []string {
	lines := make([]string, n)
	for i := range lines {
		filler := strings.Repeat("abcdefghij", size/10+1)[:size]
		lines[i] = fmt.Sprintf(lineBegins+"%05d %s end %05d", first+i, filler, first+i)
	}
	return lines
}

// shortSize is the size of short lines, of which even a reset after each byte does not
// take long.
const shortSize = 20

// shortLine returns short line n.
func shortLine(n int) string { return textLines(n, 1, shortSize)[0] }

// printShort logs n short lines, beginning with number first.
func (s *logging) printShort(first, n int) error { return s.printEach(textLines(first, n, shortSize)) }

// establish logs short line 1 and waits until it has arrived, so that what follows
// happens to a logger at work.
func (s *logging) establish() error {
	if err := s.print(shortLine(1)); err != nil {
		return err
	}
	return s.awaitLine(1)
}

// awaitLine waits until short line n has arrived. That it does not is for the caller to find
// out.
func (s *logging) awaitLine(n int) error {
	line := shortLine(n)
	return s.await(s.patience(), func(t transcript.Transcript) bool { return s.framing.heard(t, line) })
}
