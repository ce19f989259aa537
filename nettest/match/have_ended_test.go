package match_test

import (
	"net"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	. "github.com/fakewire/fakewire/nettest/match"
)

const (
	byFIN   = transcript.ByFIN
	byRST   = transcript.ByRST
	byClose = transcript.ByClose
)

func TestHaveEnded(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2, 3).
		fromClient(1, transcript.FIN).
		toClient(2, transcript.FIN)
	reset := newScript("tcp", 0).accept(1).fromClient(1, transcript.FIN).toClient(1, transcript.RST)
	for why, tt := range map[string]struct {
		s    *script
		m    types.GomegaMatcher
		want bool
	}{
		"the client's FIN":                 {s, HaveEnded(byFIN).OnConn(1), true},
		"some client's FIN":                {s, HaveEnded(byFIN), true},
		"in whatever way":                  {s, HaveEnded().OnConn(1), true},
		"in one of two":                    {s, HaveEnded(byRST, byFIN).OnConn(1), true},
		"not by a reset":                   {s, HaveEnded(byRST), false},
		"the server's FIN":                 {s, HaveEnded(byFIN).OnConn(2).ToClient(), true},
		"the same, other order":            {s, HaveEnded(byFIN).ToClient().OnConn(2), true},
		"which is not the client's":        {s, HaveEnded().OnConn(2), false},
		"the client's is not the server's": {s, HaveEnded().OnConn(1).ToClient(), false},
		"still open":                       {s, HaveEnded().OnConn(3), false},
		"never came":                       {s, HaveEnded().OnConn(4), false},
		"a FIN, then a reset":              {reset, HaveEnded(byFIN), true},
		"a reset after the client's FIN":   {reset, HaveEnded(byRST).ToClient(), true},
	} {
		t.Run(why, func(t *testing.T) {
			wantMatch(t, tt.s, tt.m, tt.want)
			wantSettled(t, tt.s.Transcript(), tt.m)
		})
	}
}

func TestHaveEndedRefusesNonsense(t *testing.T) {
	for words, actual := range wrongActuals() {
		wantMisuse(t, actual, HaveEnded(), "HaveEnded wants a server", words)
	}
	wantMisuse(t, newScript("udp", 0).accept(1), HaveEnded(byFIN), "datagrams, which have no end")
	s := newScript("tcp", 0).accept(1)
	wantMisuse(t, s, HaveEnded(transcript.StillOpen), "negated")
	wantMisuse(t, s, HaveEnded(byFIN).OnConn(0), "OnConn(0)")
}

func TestHaveEndedKnowsWhatCanChange(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2).fromClient(1, transcript.FIN).toClient(1, transcript.FIN)
	wantSettled(t, s, HaveEnded(byRST).OnConn(1))
	wantSettled(t, s, HaveEnded(byFIN))
	wantOpen(t, s, HaveEnded(byRST))
	wantOpen(t, s, HaveEnded().OnConn(2))
	wantOpen(t, s, HaveEnded().OnConn(3))
	wantOpen(t, s, HaveEnded(byRST).OnConn(1).ToClient()) // its FIN may be taken back
	s.toClient(1, transcript.FINUnsent)
	wantOpen(t, s, HaveEnded(byFIN).OnConn(1).ToClient())
	s.closes(1)
	wantMatch(t, s, HaveEnded(byClose).OnConn(1).ToClient(), true)
	wantSettled(t, s, HaveEnded(byRST).OnConn(1).ToClient())
}

func TestHaveEndedOnARealServer(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	fin, rst, open := dial(t, "tcp", srv), dial(t, "tcp", srv), dial(t, "tcp", srv)
	fin.Close()
	rst.(*net.TCPConn).SetLinger(0)
	rst.Close()
	eventually(t, srv, HaveEnded(byFIN).OnConn(1))
	eventually(t, srv, HaveEnded(byRST).OnConn(2))
	wantEarly(t, srv, HaveEnded(byRST).OnConn(1))
	wantOpen(t, srv, HaveEnded().OnConn(3))
	send(t, open, "x")
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	wantMatch(t, srv, HaveEnded(byClose).OnConn(3), true)
	wantEarly(t, srv, HaveEnded(byRST).OnConn(3))
	wantEarly(t, srv, HaveEnded().OnConn(4))
}

func TestHaveEndedSaysWhatThereWas(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2).fromClient(1, transcript.FIN)
	wantMessage(t, "ended", func(g gomega.Gomega) { g.Expect(s).To(HaveEnded(byRST, byClose).OnConn(1)) })
	wantMessage(t, "ended_not", func(g gomega.Gomega) { g.Expect(s).NotTo(HaveEnded()) })
	wantMessage(t, "ended_no_conn", func(g gomega.Gomega) { g.Expect(s).To(HaveEnded(byFIN).ToClient().OnConn(3)) })
}
