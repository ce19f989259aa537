package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// resetLines is how many lines are logged around a reset: first atReset at once, into
// one of which it falls, and then the rest.
const (
	atReset    = 3
	resetLines = 12
)

// aroundResets makes a promise's check of a function that says what is wrong with a
// logger that had its connection reset, at each of several bytes: inside a line, at
// its last byte, between two lines, and at the first byte of the next.
func aroundResets(judge func(s *logging, a aftermath) error) func(context.Context, func() NetworkLogger) error {
	return func(ctx context.Context, subject func() NetworkLogger) error {
		ends, err := firstLines(ctx, subject)
		if err != nil {
			return err
		}
		offsets := aroundEnds(ends)
		return tryEach(oneByOne, subject, len(offsets), func(i int, subject func() NetworkLogger) error {
			return inLogging(ctx, subject(), resetAfter(offsets[i]), func(s *logging) error {
				a, err := s.logAcrossReset()
				if err != nil {
					return err
				}
				return judge(s, a)
			})
		})
	}
}

// resetAfter returns a wire that is reset when the logger has sent at bytes.
func resetAfter(at int64) wire {
	return wire{
		what: fmt.Sprintf("reset after byte %d of what it sends", at),
		plan: rules(fault.FromClient(fault.Reset{}).AfterBytes(at).OnConn(1)),
	}
}

// wasReset reports whether connection 1 has been reset, and the RST has left: it is
// recorded first.
func wasReset(t transcript.Transcript) bool {
	first := t.Conn(1)
	return first.Ending(transcript.FromClient) == transcript.ByRST && first.Kind(transcript.Close).Len() > 0
}

// firstLines returns where the first lines end in what the subject sends, on a healthy
// wire.
func firstLines(ctx context.Context, subject func() NetworkLogger) (ends []int64, err error) {
	l := subject()
	if err := l.checkReset(noConnection); err != nil {
		return nil, err
	}
	err = inLogging(ctx, l, wire{what: rehearsal.what, kind: rehearsal.kind}, func(s *logging) error {
		if err := s.printShort(1, atReset); err != nil {
			return err
		}
		if err := s.awaitLine(atReset); err != nil { // Close may drop what was not sent
			return err
		}
		if err := s.close(); err != nil {
			return err
		}
		t, err := s.settle(shortLine(atReset))
		if err != nil {
			return err
		}
		lines, rest, err := s.framing.cut(t.Conn(1).FromClient())
		for _, line := range lines {
			ends = append(ends, line.end)
		}
		switch {
		case err != nil || len(ends) > 0:
			return err
		case len(rest) > 0:
			return fmt.Errorf("%w: of %d bytes that it sent none are a line: it ends each with a \"\\n\", or NetworkLogger.Split tells them apart", ErrSubject, len(rest))
		}
		return errors.New("no line arrived")
	})
	return ends, err
}

// aroundEnds returns offsets inside each line, at its last byte, between two lines, and
// at the first byte of the next, of lines that end there.
func aroundEnds(ends []int64) []int64 {
	var offsets []int64
	start := int64(0)
	for _, end := range ends {
		n := end - start - 1
		offsets = append(offsets, start+1, start+n/2, start+n, end)
		start = end
	}
	slices.Sort(offsets)
	return slices.DeleteFunc(slices.Compact(offsets), func(at int64) bool { return at == 0 })
}

// logAcrossReset logs lines before a reset and after it, and closes the logger.
func (s *logging) logAcrossReset() (aftermath, error) {
	if err := s.printShort(1, atReset); err != nil {
		return aftermath{}, err
	}
	if err := s.await(s.within, wasReset); err != nil {
		return aftermath{}, err
	}
	if err := s.printShort(atReset+1, resetLines-atReset); err != nil {
		return aftermath{}, err
	}
	if err := s.close(); err != nil {
		return aftermath{}, err
	}
	record, err := s.settle(shortLine(resetLines))
	a := aftermath{logged: textLines(1, resetLines, shortSize)}
	for n := 1; n <= record.Conns(); n++ {
		lines, wrong := s.framing.ended(record.Conn(n))
		if wrong != nil {
			err = errors.Join(err, fmt.Errorf("of connection %d: %w", n, wrong))
		}
		a.got = append(a.got, lines)
	}
	return a, err
}

// An aftermath is what became of the lines that were logged around a reset.
type aftermath struct {
	logged []string
	got    [][]string // lines of each connection
}

// times returns how often each line arrived whole.
func (a aftermath) times() []int {
	n := make([]int, len(a.logged))
	for _, lines := range a.got {
		for _, line := range lines {
			if i := a.index(line); i >= 0 {
				n[i]++
			}
		}
	}
	return n
}

// index returns the index of the logged line that line holds whole, or -1.
func (a aftermath) index(line string) int {
	return slices.IndexFunc(a.logged, func(logged string) bool { return strings.Contains(line, logged) })
}

// lost returns how many lines did not arrive whole.
func (a aftermath) lost() int64 {
	var sum int64
	for _, n := range a.times() {
		if n == 0 {
			sum++
		}
	}
	return sum
}

// onFirst returns how many lines arrived whole on the connection that was reset.
func (a aftermath) onFirst() int64 {
	return int64(len(a.logged)) - aftermath{a.logged, a.got[:min(1, len(a.got))]}.lost()
}
