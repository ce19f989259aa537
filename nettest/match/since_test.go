package match_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
	. "github.com/fakewire/fakewire/nettest/match"
)

// What an earlier test of a suite left in the record satisfies nothing since the mark, and what came
// since then does.
func TestMatchersSinceAMark(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2).receives(1, "PING").sends(1, "PONG").fromClient(1, transcript.FIN)
	s.carries(1, transcript.FromClient, transcript.Discarded, []string{"LOST"})
	mark := s.Transcript().Mark()
	s.accept(3).receives(3, "QUIT").sends(2, "BYE").fromClient(2, transcript.RST).closes(1)
	for why, tt := range map[string]struct {
		m    types.GomegaMatcher
		want bool
	}{
		"received before":                  {HaveReceived("PING").Since(mark), false},
		"received before, since then":      {HaveReceived("PING").Since(transcript.Mark{}), true},
		"received since":                   {HaveReceived("QUIT").Since(mark), true},
		"received since, by number":        {HaveReceived("QUIT").Since(mark).OnConn(3), true},
		"received since, on another":       {HaveReceived("QUIT").OnConn(1).Since(mark), false},
		"nothing but that":                 {HaveReceived(gomega.Equal("QUIT")).Since(mark), true},
		"nothing on one that is older":     {HaveReceived(gomega.BeEmpty()).OnConn(1).Since(mark), true},
		"sent before":                      {HaveSent("PONG").Since(mark), false},
		"sent since":                       {HaveSent("BYE").Since(mark).OnConn(2), true},
		"discarded before":                 {HaveDiscarded("LOST").Since(mark), false},
		"accepted since":                   {HaveConns(1).Since(mark), true},
		"accepted in all":                  {HaveConns(3).Since(mark), false},
		"ended before":                     {HaveEnded().OnConn(1).Since(mark), false},
		"ended since":                      {HaveEnded(transcript.ByRST).Since(mark), true},
		"the server's side, ended since":   {HaveEnded(transcript.ByClose).ToClient().OnConn(1).Since(mark), true},
		"ended in a way that was before":   {HaveEnded(transcript.ByFIN).Since(mark), false},
		"ended by a close that was no end": {HaveEnded(transcript.ByClose).Since(mark), false},
	} {
		t.Run(why, func(t *testing.T) {
			wantMatch(t, s, tt.m, tt.want)
			wantMatch(t, s.Transcript(), tt.m, tt.want)
		})
	}
}

func TestDatagramMatchersSinceAMark(t *testing.T) {
	s := newScript("udp", 0).accept(1).receivesDatagrams(1, "a", "b").sendsDatagrams(1, "A")
	mark := s.Transcript().Mark()
	s.receivesDatagrams(1, "b").sendsDatagrams(1, "B")
	wantMatch(t, s, HaveReceivedDatagram("a").Since(mark), false)
	wantMatch(t, s, HaveReceivedDatagram("b").Since(mark).Times(1), true)
	wantMatch(t, s, HaveReceivedDatagram("b").Times(2).Since(mark).OnConn(1), false)
	wantMatch(t, s, HaveSentDatagram("A").Since(mark), false)
	wantMatch(t, s, HaveSentDatagram("B").Since(mark), true)
	wantMatch(t, s, HaveConns(0).Since(mark), true)
}

func TestMatchersRefuseAMarkOfAnotherRecord(t *testing.T) {
	other := fakeserver.Start(t, fakeserver.Config{})
	mark := other.Mark()
	srv := fakeserver.Start(t, fakeserver.Config{Faults: fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).NeedNotFire()}}})
	for _, m := range []types.GomegaMatcher{
		HaveReceived("x").Since(mark), HaveConns(1).Since(mark), HaveEnded().Since(mark), HaveFired("reset.ToClient.1").Since(mark),
	} {
		wantMisuse(t, srv, m, "Since(mark): the mark is one of another record")
	}
	wantMisuse(t, srv.Report(), HaveFired("reset.ToClient.1").Since(srv.Mark()), "HaveFired wants a server")
}

// What was settled before the mark is so since then.
func TestSinceKnowsWhatCanChange(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	c := dial(t, "tcp", srv)
	send(t, c, "PING")
	eventually(t, srv, HaveReceived("PING"))
	first := srv.Mark()
	wantOpen(t, srv, HaveReceived("PING").OnConn(1).Since(first))
	c.Close()
	eventually(t, srv, HaveEnded(transcript.ByFIN).Since(first))
	mark := srv.Mark()
	wantEarly(t, srv, HaveReceived("PING").OnConn(1).Since(mark))
	wantEarly(t, srv, HaveEnded().OnConn(1).Since(mark))
	wantOpen(t, srv, HaveReceived("PING").Since(mark))
	wantOpen(t, srv, HaveEnded().Since(mark))
	wantOpen(t, srv, HaveConns(1).Since(mark))
	dial(t, "tcp", srv)
	eventually(t, srv, HaveConns(1).Since(mark))
	wantEarly(t, srv, HaveConns(0).Since(mark))
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	wantEarly(t, srv, HaveReceived("PING").Since(mark))
}

func TestHaveFiredSinceAMark(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Latency{Delay: 1}).Named("late"),
	}}})
	wantMatch(t, srv, HaveFired("late").Since(srv.Mark()), false)
	say("tcp", srv.Addr(), "PING")
	wantMatch(t, srv, HaveFired("late"), true)
	mark := srv.Mark()
	wantMatch(t, srv, HaveFired("late").Since(mark), false)
	wantOpen(t, srv, HaveFired("late").Since(mark))
	say("tcp", srv.Addr(), "PING")
	wantMatch(t, srv, HaveFired("late").Since(mark).Times(1), true)
	wantMatch(t, srv, HaveFired("late").Times(2), true)
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	wantEarly(t, srv, HaveFired("late").Since(srv.Mark()))
	wantMisuse(t, srv, HaveFired("lite").Since(mark), "there is no such rule")
}

// With datagrams, too, a rule has fired when what it decided was carried out: with a mark and without
// one. An act is where it was decided.
func TestHaveFiredSinceAMarkCountsWhatWasCarriedOut(t *testing.T) {
	for _, on := range []func(fault.Fault) fault.Rule{fault.FromClient, fault.ToClient} {
		rule := on(fault.Latency{Delay: time.Hour}).Named("late")
		t.Run(rule.Direction.String(), func(t *testing.T) {
			nettest.Bubble(t, func(tb fakeserver.TB) {
				srv := fakeserver.StartPacket(tb, fakeserver.PacketConfig{
					Transport: new(nettest.Network), Handler: fakeserver.PacketEcho{}, Faults: fault.Plan{Rules: []fault.Rule{rule}},
				})
				c, err := srv.Dial(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				begin := srv.Mark()
				want := func(all, since int, mark transcript.Mark) {
					t.Helper()
					synctest.Wait()
					wantMatch(t, srv, HaveFired("late").Times(all), true)
					wantMatch(t, srv, HaveFired("late").Times(all).Since(begin), true)
					wantMatch(t, srv, HaveFired("late").Times(since).Since(mark), true)
				}
				send(t, c, "before")
				time.Sleep(time.Minute)
				mark := srv.Mark()
				send(t, c, "since")
				want(0, 0, mark) // decided
				wantOpen(t, srv, HaveFired("late").Since(mark))
				time.Sleep(time.Hour - time.Minute)
				want(1, 0, mark)
				time.Sleep(time.Minute)
				want(2, 1, mark)
				last := srv.Mark()
				send(t, c, "for ever")
				want(2, 1, mark)
				if err := srv.Down(); err != nil { // what is late to the client does not leave
					t.Fatal(err)
				}
				want(2, 0, last)
			})
		})
	}
}

// A withReport is a script with what became of a plan's rules.
type withReport struct {
	*script
	report fault.Report
}

func (s withReport) Report() fault.Report { return s.report }

// FiredSince returns 0.
func (s withReport) FiredSince(string, transcript.Mark) int64 { return 0 }

func TestSinceSaysWhatThereWas(t *testing.T) {
	s := newScript("tcp", 0).accept(1).receives(1, "PING")
	mark := s.Transcript().Mark()
	wantMessage(t, "since_nothing", func(g gomega.Gomega) { g.Expect(s).To(HaveReceived("PING").Since(mark)) })
	s.accept(2).receives(2, "QUIT")
	wantMessage(t, "since", func(g gomega.Gomega) { g.Expect(s).To(HaveReceived("PING").Since(mark)) })
	wantMessage(t, "since_conns", func(g gomega.Gomega) { g.Expect(s).To(HaveConns(2).Since(mark)) })
	srv := withReport{s, fault.Report{Rules: []fault.Outcome{{Key: "late", State: fault.Fired, Count: 3}}}}
	wantMessage(t, "since_fired", func(g gomega.Gomega) { g.Expect(srv).To(HaveFired("late").Since(mark)) })
}
