package transcript_test

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// streamsOf returns the record of conns connections that each sent a line and got one.
func streamsOf(conns int) *record.Recorder {
	rec := newTestRecorder(0)
	for n := 1; n <= conns; n++ {
		in, out := rec.Lane(n, FromClient), rec.Lane(n, ToClient)
		rec.Add(Event{Conn: n, Kind: Accept, Peer: "127.0.0.1:" + strconv.Itoa(n)})
		in.Append(Data, fmt.Appendf(nil, "ping %d\n", n))
		out.Append(Data, fmt.Appendf(nil, "pong %d\n", n))
		in.Add(Event{Kind: FIN})
		out.Add(Event{Kind: FIN})
		rec.Add(Event{Conn: n, Kind: Close})
	}
	return rec
}

// packetsOf returns the record of as many peers that each sent a datagram and got two, of
// which the socket refused one.
func packetsOf(peers int) *record.Recorder {
	rec := record.New(Header{Name: "test", Network: "udp", Address: "127.0.0.1:1"}, 0)
	in, out := rec.Lane(0, FromClient), rec.Lane(0, ToClient)
	for n := 1; n <= peers; n++ {
		addr := "127.0.0.1:" + strconv.Itoa(n)
		rec.Add(Event{Conn: n, Kind: Accept, Peer: addr})
		in.Datagram(n, addr, 1, []byte("ping"))
		out.Datagram(n, addr, 1, []byte("pong"))
	}
	for n := 1; n <= peers; n++ { // far from what they are about
		addr := "127.0.0.1:" + strconv.Itoa(n)
		out.Datagram(n, addr, 2, []byte("too long"))
		rec.Add(Event{Conn: n, Direction: ToClient, Kind: DatagramUnsent, Offset: 2, Peer: addr})
	}
	return rec
}

// questions are all that a record can be asked.
var questions = map[string]func(t Transcript){
	"FromClient":           func(t Transcript) { t.FromClient() },
	"ToClient":             func(t Transcript) { t.ToClient() },
	"Lines":                func(t Transcript) { t.Lines() },
	"Datagrams FromClient": func(t Transcript) { t.Datagrams(FromClient) },
	"Datagrams ToClient":   func(t Transcript) { t.Datagrams(ToClient) },
	"Omitted":              func(t Transcript) { t.Omitted(FromClient) },
	"Canonical":            func(t Transcript) { t.Canonical() },
	"String":               func(t Transcript) { _ = t.String() },
	"Kind, and all of that": func(t Transcript) {
		t.Kind(Data).FromClient()
		t.Kind(Datagram).Datagrams(ToClient)
	},
	"each connection": func(t Transcript) {
		for n := 1; n <= t.Conns(); n++ {
			c := t.Conn(n)
			c.FromClient()
			c.Ending(ToClient)
		}
	},
	"each connection since a mark": func(t Transcript) {
		t = t.Since(Mark{}).After(int64(t.Len() / 2))
		for n := 1; n <= t.Conns(); n++ {
			t.Conn(n).FromClient()
			t.Conn(n).Ending(ToClient)
		}
		t.Canonical()
	},
	"Received": func(t Transcript) { t.Received("nope"); t.Sent("nope") },
	"Diff":     func(t Transcript) { Diff(t, t.After(1)) },
	"Diff, but for numbers": func(t Transcript) {
		Diff(t, t.After(1), Ignore{Pattern: regexp.MustCompile(`\d+`), From: 2, To: 4})
	},
	"each connection of a part": func(t Transcript) {
		t = t.Kind(Data)
		for n := 1; n <= t.Conns(); n++ {
			t.Conn(n).FromClient()
		}
	},
}

// took returns how much of the processor's time f takes, asked of so many records of conns
// connections, one after the other, each asked for the first time: the least of a few times, or
// the first that is below enough.
func took(t *testing.T, record func(int) *record.Recorder, conns, records int, enough time.Duration, f func(t Transcript)) time.Duration {
	best := time.Duration(math.MaxInt64)
	for range 3 {
		var all []Transcript
		for range records {
			all = append(all, record(conns).Snapshot())
		}
		began := processorTime(t)
		for _, tr := range all {
			f(tr)
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

// A record of ten times the connections takes about as long to look through as ten records,
// and not ten times as long. What takes no time at all is not measured.
func TestTranscriptQuestionsAreLinearInTheEvents(t *testing.T) {
	const few, times = 500, 10
	const bearable = 150 * time.Millisecond
	for medium, record := range map[string]func(int) *record.Recorder{"streams": streamsOf, "datagrams": packetsOf} {
		for name, ask := range questions {
			b := took(t, record, few*times, 1, bearable, ask)
			if b < bearable {
				continue
			}
			if a := took(t, record, few, times, 0, ask); b > 4*a {
				t.Errorf("%s of %s: %v for %d connections, %v for %d times %d: %.1f times as long, want about as long",
					name, medium, b, few*times, a, times, few, float64(b)/float64(a))
			}
		}
	}
}

func BenchmarkQuestions(b *testing.B) {
	for medium, record := range map[string]func(int) *record.Recorder{"streams": streamsOf, "datagrams": packetsOf} {
		for name, ask := range questions {
			for _, conns := range []int{1000, 10_000} {
				b.Run(fmt.Sprintf("%s/%s/%d", medium, name, conns), func(b *testing.B) {
					rec := record(conns)
					for b.Loop() {
						b.StopTimer()
						rec.Add(Event{Kind: Note})
						b.StartTimer()
						ask(rec.Snapshot())
					}
				})
			}
		}
	}
}
