package match_test

import (
	"regexp"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	. "github.com/fakewire/fakewire/nettest/match"
)

func TestHaveReceivedDatagram(t *testing.T) {
	s := newScript("udp", 0).accept(1, 2)
	s.receivesDatagrams(1, "one", "two", "one").receivesDatagrams(2, "one", "").sendsDatagrams(1, "ONE")
	for why, tt := range map[string]struct {
		m    types.GomegaMatcher
		want bool
	}{
		"the whole datagram":        {HaveReceivedDatagram("two"), true},
		"bytes":                     {HaveReceivedDatagram([]byte("two")), true},
		"a part":                    {HaveReceivedDatagram("tw"), false},
		"two joined":                {HaveReceivedDatagram("onetwo"), false},
		"an empty one":              {HaveReceivedDatagram(""), true},
		"none that is empty":        {HaveReceivedDatagram("").OnConn(1), false},
		"another peer's":            {HaveReceivedDatagram("two").OnConn(2), false},
		"an expression":             {HaveReceivedDatagram(regexp.MustCompile("^t")), true},
		"a matcher":                 {HaveReceivedDatagram(gomega.HaveLen(3)), true},
		"as often":                  {HaveReceivedDatagram("one").Times(3), true},
		"not as often":              {HaveReceivedDatagram("one").Times(2), false},
		"as often from the peer":    {HaveReceivedDatagram("one").OnConn(1).Times(2), true},
		"not as often, other order": {HaveReceivedDatagram("one").Times(3).OnConn(1), false},
		"often enough":              {HaveReceivedDatagram("one").Times(gomega.BeNumerically(">", 2)), true},
		"never":                     {HaveReceivedDatagram("six").Times(0), true},
		"one sent":                  {HaveSentDatagram("ONE").OnConn(1), true},
		"one received is not sent":  {HaveSentDatagram("one"), false},
	} {
		t.Run(why, func(t *testing.T) {
			wantMatch(t, s, tt.m, tt.want)
			wantSettled(t, s.Transcript(), tt.m)
		})
	}
}

func TestHaveReceivedDatagramRefusesNonsense(t *testing.T) {
	for words, actual := range wrongActuals() {
		wantMisuse(t, actual, HaveReceivedDatagram("x"), "HaveReceivedDatagram wants a server", words)
	}
	wantMisuse(t, newScript("tcp", 0).accept(1), HaveReceivedDatagram("x"), "streams, which have no datagrams")
	s := newScript("udp", 0).accept(1)
	wantMisuse(t, s, HaveSentDatagram(7), "x must be a string")
	wantMisuse(t, s, HaveReceivedDatagram("x").OnConn(-1), "OnConn(-1): peers are numbered from 1")
	wantMisuse(t, s, HaveReceivedDatagram("x").Times(-1), "HaveReceivedDatagram.Times(-1)")
	wantMisuse(t, s, HaveReceivedDatagram("x").Times("often"), "n must be an int or a matcher, not a string")
	s.receivesDatagrams(1, "x")
	wantMisuse(t, s.Transcript(), HaveReceivedDatagram("x").Times(gomega.HaveLen(1)), "which gets an int")
}

func TestHaveReceivedDatagramSaysThatTheRecordHasALimit(t *testing.T) {
	s := newScript("udp", 4).accept(1)
	s.receivesDatagrams(1, "one", "two")
	wantMatch(t, s, HaveReceivedDatagram("one"), true)
	wantMisuse(t, s.Transcript(), HaveReceivedDatagram("two"), "RecordLimit kept 3 bytes")
	wantMisuse(t, s.Transcript(), HaveReceivedDatagram("one").Times(1), "RecordLimit kept 3 bytes")
}

func TestHaveReceivedDatagramKnowsWhatCanChange(t *testing.T) {
	s := newScript("udp", 0).accept(1)
	s.receivesDatagrams(1, "one", "one").sendsDatagrams(1, "ONE")
	wantSettled(t, s, HaveReceivedDatagram("one"))
	wantOpen(t, s, HaveReceivedDatagram("two"))
	wantOpen(t, s, HaveReceivedDatagram("one").Times(2))
	wantSettled(t, s, HaveReceivedDatagram("one").Times(1))
	wantOpen(t, s, HaveReceivedDatagram("one").Times(gomega.BeNumerically("<", 2)))
	wantOpen(t, s, HaveSentDatagram("ONE"))
}

func TestHaveReceivedDatagramOnARealServer(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	c := dial(t, "udp", srv)
	send(t, c, "one")
	eventually(t, srv, HaveReceivedDatagram("one").OnConn(1))
	eventually(t, srv, HaveSentDatagram("one").Times(1))
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	wantEarly(t, srv, HaveReceivedDatagram("two"))
	wantEarly(t, srv, HaveSentDatagram("two"))
}

func TestHaveReceivedDatagramSaysWhatThereWas(t *testing.T) {
	s := newScript("udp", 0).accept(1, 2)
	s.receivesDatagrams(1, "one", "two").receivesDatagrams(2, "")
	wantMessage(t, "datagram", func(g gomega.Gomega) { g.Expect(s).To(HaveReceivedDatagram("six").OnConn(1)) })
	wantMessage(t, "datagram_times", func(g gomega.Gomega) { g.Expect(s).To(HaveReceivedDatagram("one").Times(2)) })
	wantMessage(t, "datagram_not", func(g gomega.Gomega) { g.Expect(s).NotTo(HaveReceivedDatagram("")) })
}
