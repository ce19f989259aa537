package script

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
)

// A miss is that none of the expectations was met.
type miss struct {
	which int    // of the expectations has come furthest
	at    int    // the offset in got of the first byte that differs or is missing
	got   []byte // what came, from where the step began
	ended string // why there came no more; empty: what came differs
	final bool   // nothing comes any more
	why   string // what else is wrong; may be empty
}

// mismatch returns the error of expectations that were not met by what came from an offset on.
func (r *run) mismatch(all []expectation, m *miss, datagram, offset int64) error {
	e := &fakeserver.MismatchError{
		Step: r.name(), Datagram: datagram, Offset: offset + int64(m.at),
		Want: wantOf(all), Got: m.got, Ended: r.endedAs(m.ended),
	}
	var detail strings.Builder
	if m.why != "" {
		fmt.Fprintf(&detail, "    %s\n", m.why)
	}
	detail.WriteString(excerpt(nearest(all[m.which], m), m.got, m.at, offset))
	detail.WriteString(r.leftover())
	e.Detail = detail.String()
	return e
}

// missing returns the error of a step other than an expectation that could not be done, since something has ended.
func (r *run) missing(want, ended string) error {
	datagram, offset := r.talk.at()
	return &fakeserver.MismatchError{
		Step: r.name(), Datagram: datagram, Offset: offset, Want: want, Ended: r.endedAs(ended), Detail: r.leftover(),
	}
}

// endedAs says why nothing comes any more, with how long the step could take.
func (r *run) endedAs(ended string) string {
	if ended == timeOver {
		return fmt.Sprintf("not within %v", r.bound.d)
	}
	return ended
}

func (r *run) tooLate() string { return timeOver }

// leftover says what is left of the script.
func (r *run) leftover() string {
	if left := r.trail.left(); left != "" {
		return "    left: " + left + "\n"
	}
	return ""
}

// nearest returns which of the texts that an expectation matches has most in common with what came; nil: it is not exact.
func nearest(e expectation, m *miss) (text []byte) {
	best := -1
	for _, t := range e.texts() {
		if n := firstDifference([]byte(t), m.got); n > best {
			best, text = n, []byte(t)
		}
	}
	return text
}

// maxShown is how much of a text a message has.
const maxShown = 40

// shown returns text in quotes, for a message: if it is long, its beginning.
func shown(text string) string {
	if len(text) <= maxShown {
		return strconv.Quote(text)
	}
	return fmt.Sprintf("%q… (%d bytes)", text[:maxShown], len(text))
}
