package scenarios

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
	"github.com/fakewire/fakewire/nettest/explore"
)

// searchingFor returns a search of a subject that dials so often, on sockets or in memory.
func searchingFor(ctx context.Context, dials int) *searching {
	return newSearching(ctx, time.Second, dials, func(context.Context, fault.Plan) (fakeserver.Wire, error) { return nil, nil })
}

func TestSearchingIsBoundedByWhereItRuns(t *testing.T) {
	sockets := searchingFor(t.Context(), 0).cfg
	if sockets.Plans != socketSearchPlans || sockets.Deadline != time.Second || sockets.Network != nil {
		t.Errorf("on sockets: %+v", sockets)
	}
	in := context.WithValue(t.Context(), memoryKey{}, &memoryNetwork{})
	s := searchingFor(in, 0)
	if s.cfg.Plans != memorySearchPlans || s.cfg.Deadline != 0 || s.cfg.Network != &memoryOf(s.ctx).network || memoryOf(s.ctx) == memoryOf(in) {
		t.Errorf("in memory: %+v", s.cfg)
	}
	for dials, want := range map[int]bool{0: true, DefaultDials: true, searchDials: false} {
		if got := !slices.Contains(searchingFor(in, dials).cfg.Without, explore.Storms); got != want {
			t.Errorf("of a subject with %d dials, storms are asked: %t, want %t", dials, got, want)
		}
	}
}

// A subject that asks for the network of a search has asked for its own.
func TestSearchingPassesOnThatTheSubjectAsked(t *testing.T) {
	outer := &memoryNetwork{}
	s := searchingFor(context.WithValue(t.Context(), memoryKey{}, outer), 0)
	NetworkOf(s.ctx)
	s.verdict(explore.Report{}, errors.New("whatever comes of it"))
	if !outer.asked.Load() {
		t.Error("the promise does not know")
	}
}

func TestSearchingSaysWhatItFound(t *testing.T) {
	finds := []*explore.Find{{
		Plan: rules(fault.ToClient(fault.Close{}).OnConn(1)), Breach: explore.Breach{Oracle: explore.Hangs, Text: "Do 1 did not return"},
		At: 7, Wave: 1, Rate: explore.Rate{Broken: 20, Runs: 20}, Why: []string{"close after byte 7"}, Evidence: "shown elsewhere", Outcome: &explore.Outcome{},
	}}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		report explore.Report
		err    error
		want   error  // nil: it is kept
		words  string // of the error, with commas between
	}{
		{"nothing", t.Context(), explore.Report{Tally: explore.Tally{Plans: 24, Fired: 20}}, nil, nil, ""},
		{"a find", t.Context(), explore.Report{Finds: finds}, nil, ErrBroken,
			"with close to the client on conn 1: hang: Do 1 did not return,found by plan 7, it fails in 20 of 20,close after byte 7,fault.Plan{"},
		{"too few plans", t.Context(), explore.Report{Tally: explore.Tally{Plans: 23, Fired: 23}}, nil, ErrInconclusive, "there were to be 24 plans: 23 plans"},
		{"plans that did not act", t.Context(), explore.Report{Tally: explore.Tally{Plans: 24, Fired: 5}}, nil, ErrInconclusive, "did not happen: 24 plans"},
		{"a subject that does not work", t.Context(), explore.Report{}, explore.ErrConfig, ErrInconclusive, "can't be explored"},
		{"a subject that lacks something", t.Context(), explore.Report{}, errNoAsk, ErrSubject, "without Ask"},
		{"that it was interrupted", canceled, explore.Report{}, context.Canceled, errInterrupted, "interrupted"},
	} {
		err := searchingFor(test.ctx, 0).verdict(test.report, test.err)
		if test.want == nil && err != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
			continue
		}
		for words := range strings.SplitSeq(test.words, ",") {
			if err != nil && !strings.Contains(err.Error(), strings.TrimSpace(words)) {
				t.Errorf("%s: no %q in %v", test.name, words, err)
			}
		}
		if err != nil && strings.Contains(err.Error(), "shown elsewhere") {
			t.Errorf("%s: it shows its evidence twice: %v", test.name, err)
		}
	}
}

// Of several servers, the one at which the client has its answer on a healthy wire has the plan.
func TestSearchIsAtTheServerThatAnswers(t *testing.T) {
	said := func(text string) transcript.Transcript {
		r := transcripttest.New(transcript.Header{}, 0)
		r.Add(transcript.Event{Conn: 1, Kind: transcript.Accept})
		r.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Data, Data: []byte(text)})
		return r.Transcript()
	}
	for want, healthy := range []records{{said("")}, {said("no"), said("answer")}, {said(""), said(""), said("a")}} {
		if got := chosen(healthy); got != want {
			t.Errorf("it is server %d, want %d", got, want)
		}
	}
	c, err := TCPClient{Servers: 3, Handler: fakeserver.Lines{}, Want: "-", Within: time.Second, Do: func(context.Context, string) (string, error) { return "", nil }}.client()
	if err != nil {
		t.Fatal(err)
	}
	srv, err := c.front(t.Context(), 1, rules(fault.AtStart(fault.Down{For: fault.Forever})))
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Stop()
	for i, addr := range strings.Split(srv.Address(), ",") {
		conn, err := NetworkOf(t.Context()).DialContext(t.Context(), "tcp", addr)
		if (err != nil) != (i == 1) {
			t.Errorf("server %d: dialing gives %v", i, err)
		}
		if err == nil {
			conn.Close()
		}
	}
	if len(srv.Report().Rules) != 1 {
		t.Errorf("the report is that of another server: %v", srv.Report())
	}
}
