package explore

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

var update = flag.Bool("update", false, "write the golden files under testdata")

// wantGolden wants a text to be that of a file under testdata.
func wantGolden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, wanted := strings.Split(text, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(got), len(wanted)) {
		if i == len(got) || i == len(wanted) || got[i] != wanted[i] {
			t.Errorf("%s has %d lines and the text %d, and they differ from line %d on (-update writes it):\n%s", file, len(wanted), len(got), i+1, strings.Join(got[i:], "\n"))
			return
		}
	}
}

// recordOf returns the record of a dialogue, in which "1>get\n" is what the client sends on connection
// 1, and "1<apples\n" what the server writes there. The network is "tcp", or "udp": then each is a datagram.
func recordOf(network string, said ...string) transcript.Transcript {
	r := transcripttest.New(transcript.Header{Network: network}, 0)
	kind := transcript.Data
	if network == "udp" {
		kind = transcript.Datagram
	}
	conns := 0
	for _, text := range said {
		var e transcript.Event
		e.Kind, e.Direction = kind, transcript.FromClient
		head, data, fromClient := strings.Cut(text, ">")
		if !fromClient {
			head, data, _ = strings.Cut(text, "<")
			e.Direction = transcript.ToClient
		}
		fmt.Sscan(head, &e.Conn)
		for ; conns < e.Conn; conns++ {
			r.Add(transcript.Event{Conn: conns + 1, Kind: transcript.Accept})
		}
		e.Data = []byte(data)
		r.Add(e)
	}
	return r.Transcript()
}

// profileOf returns the profile of a client that waits for a second.
func profileOf(t transcript.Transcript) profile {
	return profile{Streams: streamsOf(t), Memory: true, Deadline: time.Second, Bound: time.Second}
}

// pretended returns a search for all finds whose trials are not run: try says what comes of a plan.
func pretended(p profile, try func(fault.Plan) result) *search {
	return &search{
		cfg: Config{Plans: 1 << 20, Seed: 1, All: true}, profile: p, medium: fault.Streams, abreast: 1,
		progress: &progress{}, budget: time.Hour, end: time.Now().Add(time.Hour),
		tried: map[string]result{}, shapes: map[string]bool{},
		try: func(_ context.Context, p fault.Plan) result { return try(p) },
	}
}

// The bug that pretended clients have.
var bug = Breach{Oracle: Hangs, Kind: "ask", Text: "ask 2 did not return"}

// breaksIf returns what comes of plans that all act, and break the client if broken says so.
func breaksIf(broken func(fault.Plan) bool) func(fault.Plan) result {
	return func(p fault.Plan) result {
		if broken(p) {
			return result{Fired: true, Shape: "broken", Breaches: []Breach{bug}}
		}
		return result{Fired: true, Shape: "well"}
	}
}

// wantErr wants an error that has all the words.
func wantErr(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", words)
		return
	}
	wantWords(t, err.Error(), words...)
}

// wantWords wants a text to have all the words.
func wantWords(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in:\n%s", w, text)
		}
	}
}
