package nettest_test

import (
	"net"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
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
		"the client's FIN":                 {s, nettest.HaveEnded(byFIN).OnConn(1), true},
		"some client's FIN":                {s, nettest.HaveEnded(byFIN), true},
		"in whatever way":                  {s, nettest.HaveEnded().OnConn(1), true},
		"in one of two":                    {s, nettest.HaveEnded(byRST, byFIN).OnConn(1), true},
		"not by a reset":                   {s, nettest.HaveEnded(byRST), false},
		"the server's FIN":                 {s, nettest.HaveEnded(byFIN).OnConn(2).ToClient(), true},
		"the same, other order":            {s, nettest.HaveEnded(byFIN).ToClient().OnConn(2), true},
		"which is not the client's":        {s, nettest.HaveEnded().OnConn(2), false},
		"the client's is not the server's": {s, nettest.HaveEnded().OnConn(1).ToClient(), false},
		"still open":                       {s, nettest.HaveEnded().OnConn(3), false},
		"never came":                       {s, nettest.HaveEnded().OnConn(4), false},
		"a FIN, then a reset":              {reset, nettest.HaveEnded(byFIN), true},
		"a reset after the client's FIN":   {reset, nettest.HaveEnded(byRST).ToClient(), true},
	} {
		t.Run(why, func(t *testing.T) {
			wantMatch(t, tt.s, tt.m, tt.want)
			wantSettled(t, tt.s.Transcript(), tt.m)
		})
	}
}

func TestHaveEndedRefusesNonsense(t *testing.T) {
	for words, actual := range wrongActuals() {
		wantMisuse(t, actual, nettest.HaveEnded(), "HaveEnded wants a server", words)
	}
	wantMisuse(t, newScript("udp", 0).accept(1), nettest.HaveEnded(byFIN), "datagrams, which have no end")
	s := newScript("tcp", 0).accept(1)
	wantMisuse(t, s, nettest.HaveEnded(transcript.StillOpen), "negated")
	wantMisuse(t, s, nettest.HaveEnded(byFIN).OnConn(0), "OnConn(0)")
}

func TestHaveEndedKnowsWhatCanChange(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2).fromClient(1, transcript.FIN).toClient(1, transcript.FIN)
	wantSettled(t, s, nettest.HaveEnded(byRST).OnConn(1))
	wantSettled(t, s, nettest.HaveEnded(byFIN))
	wantOpen(t, s, nettest.HaveEnded(byRST))
	wantOpen(t, s, nettest.HaveEnded().OnConn(2))
	wantOpen(t, s, nettest.HaveEnded().OnConn(3))
	wantOpen(t, s, nettest.HaveEnded(byRST).OnConn(1).ToClient()) // its FIN may be taken back
	s.toClient(1, transcript.Unsent)
	wantOpen(t, s, nettest.HaveEnded(byFIN).OnConn(1).ToClient())
	s.closes(1)
	wantMatch(t, s, nettest.HaveEnded(byClose).OnConn(1).ToClient(), true)
	wantSettled(t, s, nettest.HaveEnded(byRST).OnConn(1).ToClient())
}

func TestHaveEndedOnARealServer(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	fin, rst, open := dial(t, "tcp", srv), dial(t, "tcp", srv), dial(t, "tcp", srv)
	fin.Close()
	rst.(*net.TCPConn).SetLinger(0)
	rst.Close()
	eventually(t, srv, nettest.HaveEnded(byFIN).OnConn(1))
	eventually(t, srv, nettest.HaveEnded(byRST).OnConn(2))
	wantEarly(t, srv, nettest.HaveEnded(byRST).OnConn(1))
	wantOpen(t, srv, nettest.HaveEnded().OnConn(3))
	send(t, open, "x")
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	wantMatch(t, srv, nettest.HaveEnded(byClose).OnConn(3), true)
	wantEarly(t, srv, nettest.HaveEnded(byRST).OnConn(3))
	wantEarly(t, srv, nettest.HaveEnded().OnConn(4))
}

func TestHaveEndedSaysWhatThereWas(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2).fromClient(1, transcript.FIN)
	wantMessage(t, "ended", func(g gomega.Gomega) { g.Expect(s).To(nettest.HaveEnded(byRST, byClose).OnConn(1)) })
	wantMessage(t, "ended_not", func(g gomega.Gomega) { g.Expect(s).NotTo(nettest.HaveEnded()) })
	wantMessage(t, "ended_no_conn", func(g gomega.Gomega) { g.Expect(s).To(nettest.HaveEnded(byFIN).ToClient().OnConn(3)) })
}
