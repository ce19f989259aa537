package explore

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// offsets returns where places are: "w3" is after the third Write.
func offsets(all []place) (at []string) {
	for _, p := range all {
		if p.writes > 0 {
			at = append(at, fmt.Sprintf("w%d", p.writes))
		} else {
			at = append(at, fmt.Sprint(p.at))
		}
	}
	return at
}

func wantOffsets(t *testing.T, what string, got []place, want ...string) {
	t.Helper()
	if at := offsets(got); !slices.Equal(at, want) {
		t.Errorf("%s are %v, want %v", what, at, want)
	}
}

func TestStreamsOfADialogue(t *testing.T) {
	all := streamsOf(recordOf("tcp", "1<220 ready\n", "1>get a\n", "1<one\ntwo\n", "1<.\n", "1>bye\n", "2>get b\n"))
	var got []string
	for _, s := range all {
		got = append(got, fmt.Sprintf("%d %v %d bytes, writes %v, lines %v, messages %v", s.Conn, s.Direction, s.Length, s.Writes, s.Lines, s.Messages))
	}
	want := []string{
		"1 ToClient 20 bytes, writes [10 18 20], lines [10 14 18 20], messages [{0 10} {10 20}]",
		"1 FromClient 10 bytes, writes [], lines [6 10], messages [{0 6} {6 10}]",
		"2 ToClient 0 bytes, writes [], lines [], messages []",
		"2 FromClient 6 bytes, writes [], lines [6], messages [{0 6}]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	answers := all[0]
	wantOffsets(t, "boundaries", answers.boundaries(), "10", "14", "18", "20")
	wantOffsets(t, "insides", answers.insides(), "1", "5", "9", "11", "15", "19")
	wantOffsets(t, "beginnings", answers.beginnings(), "0", "10")
}

func TestStreamOfDatagramsCountsThem(t *testing.T) {
	all := streamsOf(recordOf("udp", "1>a", "1<A", "1>b"))
	if len(all) != 2 || all[0].Length != 1 || all[1].Length != 2 || !all[1].Datagrams {
		t.Errorf("got %+v, want one datagram to the client, and two from it", all)
	}
}

// A message of one byte has no inside, and one of two has one.
func TestStreamInsidesOfShortMessages(t *testing.T) {
	s := streamsOf(recordOf("tcp", "1>a", "1<b", "1>cd", "1<e", "1>fgh"))[1]
	if s.Direction != transcript.FromClient {
		t.Fatalf("got %+v", s)
	}
	wantOffsets(t, "insides", s.insides(), "2", "4", "5")
}

func TestStreamPlacesGoByWritesWhereLengthsVary(t *testing.T) {
	first := streamsOf(recordOf("tcp", "1>a\n", "1<one\n", "1>b\n", "1<nine\n", "1>c\n", "1<two\n"))
	other := streamsOf(recordOf("tcp", "1>a\n", "1<one\n", "1>b\n", "1<eleven\n", "1>c\n", "1<two\n"))
	p := profile{Streams: first}
	p.agree(other)
	answers := p.Streams[0]
	if answers.Steady != 4 {
		t.Errorf("the answers are steady up to %d, want 4", answers.Steady)
	}
	wantOffsets(t, "boundaries", answers.boundaries(), "4", "w2", "w3")
	wantOffsets(t, "insides", answers.insides(), "1", "2", "3")
	wantOffsets(t, "beginnings", answers.beginnings(), "0")
	if asked := p.Streams[1]; asked.Steady != asked.Length {
		t.Errorf("the questions are steady up to %d of %d, want all", asked.Steady, asked.Length)
	}
}

// A connection that is not there each time has no places.
func TestStreamOfAConnectionThatIsNotAlwaysThere(t *testing.T) {
	p := profile{Streams: streamsOf(recordOf("tcp", "1>a\n", "1<A\n", "2>b\n", "2<B\n"))}
	p.agree(streamsOf(recordOf("tcp", "1>a\n", "1<A\n")))
	for _, s := range p.Streams {
		if want := s.Conn == 1; s.Steady > 0 != want {
			t.Errorf("connection %d, %v: steady up to %d", s.Conn, s.Direction, s.Steady)
		}
	}
}

// Bulk data has thousands of writes: the first six places are kept, those at doubling distances, and the
// last four.
func TestStreamOfBulkDataHasFewPlaces(t *testing.T) {
	said := []string{"1>get\n"}
	for range 1000 {
		said = append(said, "1<xxxxxxxxx\n")
	}
	s := streamsOf(recordOf("tcp", said...))[0]
	wantOffsets(t, "boundaries", s.boundaries(), "10", "20", "30", "40", "50", "60",
		"80", "100", "140", "220", "380", "700", "1340", "2620", "5180", "9970", "9980", "9990", "10000")
}

func TestThinnedKeepsAllOfAFew(t *testing.T) {
	for n := range 11 {
		all := make([]int, n)
		if got := len(thinned(all)); got != n {
			t.Errorf("of %d, %d are kept, want all", n, got)
		}
	}
	if got := len(thinned(make([]int, 12))); got != 11 {
		t.Errorf("of 12, %d are kept, want 11", got)
	}
}

func TestProfileSplitsOffTwins(t *testing.T) {
	p := profile{Streams: streamsOf(recordOf("tcp",
		"1>login\n", "1<hello\n", "2>get a\n", "2<A\n", "3>get b\n", "3<B\n", "4>get c\n", "4<none\n"))}
	news, twins := p.split()
	if got := fmt.Sprint(conns(news), conns(twins)); got != "[1 2 4] [3]" {
		t.Errorf("those with something new, and their twins, are %s, want [1 2 4] [3]", got)
	}
}

// conns returns the numbers of a profile's connections.
func conns(p profile) (all []int) {
	for _, s := range p.Streams {
		all = append(all, s.Conn)
	}
	return slices.Compact(all)
}
