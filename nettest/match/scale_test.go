package match_test

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	. "github.com/fakewire/fakewire/nettest/match"
	"github.com/fakewire/fakewire/nettest/subject"
)

// manyStreams returns a server with as many connections that each sent a line and got one,
// and a mark after the first of them.
func manyStreams(conns int) *script {
	s := newScript("tcp", 0)
	for n := 1; n <= conns; n++ {
		s.accept(n).receives(n, fmt.Sprintf("ping %d\n", n)).sends(n, "pong\n")
		s.fromClient(n, transcript.FIN).toClient(n, transcript.FIN).closes(n)
		if n == 1 {
			s.mark = s.Transcript().Mark()
		}
	}
	return s
}

// manyPeers returns a server of datagrams with as many peers that each sent one and got two,
// and a mark after the first of them.
func manyPeers(peers int) *script {
	s := newScript("udp", 0)
	for n := 1; n <= peers; n++ {
		s.accept(n).receivesDatagrams(n, fmt.Sprintf("ping %d", n)).sendsDatagrams(n, "pong", "pong")
		if n == 1 {
			s.mark = s.Transcript().Mark()
		}
	}
	return s
}

// scaleMatchers returns the matchers that go through a whole record, some of them since a mark. All of
// them fail.
func scaleMatchers(packets bool, mark transcript.Mark) map[string]types.GomegaMatcher {
	all := map[string]types.GomegaMatcher{
		"HaveReceived":            HaveReceived("nope"),
		"HaveReceived OnConn":     HaveReceived("nope").OnConn(4),
		"HaveReceived expression": HaveReceived(regexp.MustCompile("nope$")),
		"HaveReceived matcher":    HaveReceived(gomega.Equal("nope")),
		"HaveDiscarded":           HaveDiscarded("nope"),
		"HaveSent":                HaveSent("nope"),
		"HaveConns":               HaveConns(7),
		"HaveReceived Since":      HaveReceived("nope").Since(mark),
		"HaveConns Since":         HaveConns(7).Since(mark),
		"MatchTranscript":         MatchTranscript("testdata/echo.jsonl"),
	}
	if packets {
		all["HaveReceivedDatagram"] = HaveReceivedDatagram("nope")
		all["HaveReceivedDatagram Times"] = HaveReceivedDatagram(gomega.HavePrefix("ping")).Times(7)
		all["HaveSentDatagram"] = HaveSentDatagram("nope")
	} else {
		all["HaveEnded"] = HaveEnded(transcript.ByRST)
		all["HaveEnded Since"] = HaveEnded(transcript.ByRST).Since(mark)
		all["HaveEnded ToClient"] = HaveEnded(transcript.ByRST).ToClient()
	}
	return all
}

// judgment does what an assertion that fails costs: the match, whether it may change, and
// the message.
func judgment(m types.GomegaMatcher, actual any) {
	if ok, err := m.Match(actual); ok || err != nil {
		panic(fmt.Sprint(ok, err))
	}
	types.MatchMayChangeInTheFuture(m, actual)
	m.FailureMessage(actual)
}

// judged returns how much of the processor's time so many judgments take: the least of three tries,
// or the first that is below enough.
func judged(t *testing.T, s *script, m types.GomegaMatcher, times int, enough time.Duration) time.Duration {
	best := time.Duration(math.MaxInt64)
	for range 3 {
		began := processorTime(t)
		for range times {
			judgment(m, s)
		}
		if best = min(best, processorTime(t)-began); best < enough {
			break
		}
	}
	return best
}

// processorTime returns what this process has had of the processor's time, which is as much on a
// busy machine as on an idle one.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	had, err := subject.ProcessorTime()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return had
}

// Ten times the connections take about as long as the few do ten times, and not ten times as
// long. A matcher that is fast anyway is not measured twice.
func TestMatchersAreLinearInTheEvents(t *testing.T) {
	const few, times = 500, 10
	const bearable = 300 * time.Millisecond
	for medium, make := range map[string]func(int) *script{"tcp": manyStreams, "udp": manyPeers} {
		small, large := make(few), make(few*times)
		for name, m := range scaleMatchers(medium == "udp", large.mark) {
			b := judged(t, large, m, 1, bearable)
			if b < bearable {
				continue
			}
			if a := judged(t, small, scaleMatchers(medium == "udp", small.mark)[name], times, 0); b > 4*a {
				t.Errorf("%s, %s: %v for %d connections, %v for %d times %d: want about as long", medium, name, b, few*times, a, times, few)
			}
		}
	}
}

func BenchmarkMatchers(b *testing.B) {
	for medium, make := range map[string]func(int) *script{"tcp": manyStreams, "udp": manyPeers} {
		for _, conns := range []int{1000, 10_000} {
			s := make(conns)
			for name, m := range scaleMatchers(medium == "udp", s.mark) {
				b.Run(fmt.Sprintf("%s/%s/%d", medium, name, conns), func(b *testing.B) {
					for b.Loop() {
						judgment(m, s)
					}
				})
			}
		}
	}
}

// A buffer looks at each event once, however long the record gets.
func TestBufferLooksOnlyAtNewEvents(t *testing.T) {
	const events = 20_000
	s := newScript("tcp", 0).accept(1)
	var f func(transcript.Transcript) bool
	got := make(chan struct{})
	buf := Buffer(waiter(func(cond func(transcript.Transcript) bool) {
		f = cond
		for range events {
			s.receives(1, "x")
			f(s.Transcript())
		}
		close(got)
	}), 1)
	<-got
	if n := len(buf.Contents()); n != events {
		t.Errorf("the buffer has %d bytes, want %d", n, events)
	}
}
