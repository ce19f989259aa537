package match_test

import (
	"testing"

	"github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	. "github.com/fakewire/fakewire/nettest/match"
)

func TestHaveConns(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2).closes(1)
	wantMatch(t, s, HaveConns(2), true)
	wantMatch(t, s, HaveConns(1), false)
	wantMatch(t, s, HaveConns(3), false)
	wantMatch(t, s, HaveConns(gomega.BeNumerically(">", 1)), true)
	wantMatch(t, s.Transcript(), HaveConns(gomega.BeNumerically(">", 2)), false)
	wantMatch(t, newScript("udp", 0), HaveConns(0), true)
}

func TestHaveConnsRefusesNonsense(t *testing.T) {
	for words, actual := range wrongActuals() {
		wantMisuse(t, actual, HaveConns(1), "HaveConns wants a server", words)
	}
	s := newScript("tcp", 0)
	wantMisuse(t, s, HaveConns(-1), "no count is negative")
	wantMisuse(t, s, HaveConns(nil), "n must be an int or a matcher, not nil")
	wantMisuse(t, s, HaveConns(int64(1)), "not a int64")
	wantMisuse(t, s.Transcript(), HaveConns(gomega.BeEmpty()), "which gets an int")
}

func TestHaveConnsKnowsWhatCanChange(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	dial(t, "tcp", srv)
	dial(t, "tcp", srv)
	eventually(t, srv, HaveConns(2))
	wantOpen(t, srv, HaveConns(2))
	wantOpen(t, srv, HaveConns(3))
	wantOpen(t, srv, HaveConns(gomega.BeNumerically("<", 2)))
	wantEarly(t, srv, HaveConns(1))
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	wantEarly(t, srv, HaveConns(3))
	wantEarly(t, srv, HaveConns(gomega.BeNumerically("<", 2)))
	wantSettled(t, srv, HaveConns(2))
}

func TestHaveConnsSaysWhatThereWas(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2)
	wantMessage(t, "conns", func(g gomega.Gomega) { g.Expect(s).To(HaveConns(3)) })
	wantMessage(t, "conns_not", func(g gomega.Gomega) { g.Expect(s).NotTo(HaveConns(2)) })
}
