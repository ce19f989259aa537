package match_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
	. "github.com/fakewire/fakewire/nettest/match"
)

func TestHaveReceived(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2, 3).receives(1, "PI", "NG\r\n", "QUIT\r\n").receives(2, "HELO").sends(1, "PONG\r\n")
	for why, tt := range map[string]struct {
		m    types.GomegaMatcher
		want bool
	}{
		"text, across reads":              {HaveReceived("PING\r\n"), true},
		"text, in the middle":             {HaveReceived("G\r\nQ"), true},
		"bytes":                           {HaveReceived([]byte("PING")), true},
		"text that never came":            {HaveReceived("PONG"), false},
		"text across connections":         {HaveReceived("\nHELO"), false},
		"text of another connection":      {HaveReceived("PING").OnConn(2), false},
		"text of the connection":          {HaveReceived("HELO").OnConn(2), true},
		"text of one that does not exist": {HaveReceived("PING").OnConn(4), false},
		"expression":                      {HaveReceived(regexp.MustCompile(`(?m)^QUIT\r$`)), true},
		"expression that does not match":  {HaveReceived(regexp.MustCompile(`^QUIT`)), false},
		"matcher of all":                  {HaveReceived(gomega.Equal("PING\r\nQUIT\r\n")), true},
		"matcher of a part":               {HaveReceived(gomega.Equal("PING\r\n")), false},
		"matcher of nothing":              {HaveReceived(gomega.BeEmpty()).OnConn(3), true},
		"what was sent":                   {HaveSent("PONG").OnConn(1), true},
		"what was received, as sent":      {HaveSent("PING"), false},
	} {
		t.Run(why, func(t *testing.T) {
			tr := s.Transcript()
			wantMatch(t, s, tt.m, tt.want)
			wantMatch(t, tr, tt.m, tt.want)
			wantMatch(t, &tr, tt.m, tt.want)
			wantSettled(t, tr, tt.m)
		})
	}
}

// A text that two datagrams make together is in neither.
func TestHaveReceivedKeepsDatagramsApart(t *testing.T) {
	s := newScript("udp", 0).accept(1)
	s.receivesDatagrams(1, "PI", "NG").sendsDatagrams(1, "PONG")
	wantMatch(t, s, HaveReceived("PING"), false)
	wantMatch(t, s, HaveReceived("N").OnConn(1), true)
	wantMatch(t, s, HaveReceived(gomega.Equal("NG")), true)
	wantMatch(t, s, HaveSent("ON"), true)
}

func TestHaveReceivedRefusesNonsense(t *testing.T) {
	for words, actual := range wrongActuals() {
		wantMisuse(t, actual, HaveReceived("x"), "HaveReceived wants a server", words)
	}
	wantMisuse(t, (*transcript.Transcript)(nil), HaveSent("x"), "HaveSent wants a server", "nil *transcript.Transcript")
	tr := newScript("tcp", 0).accept(1).Transcript()
	var none *regexp.Regexp
	for word, x := range map[string]any{"not nil": nil, "a int": 7, "a nil *regexp.Regexp": none} {
		wantMisuse(t, tr, HaveReceived(x), "x must be a string", word)
	}
	wantMisuse(t, tr, HaveReceived(""), "always hold")
	wantMisuse(t, tr, HaveReceived("x").OnConn(0), "OnConn(0): conns are numbered from 1")
	wantMisuse(t, tr, HaveReceived(gomega.BeNumerically(">", 1)), "which gets a string")
}

func TestHaveReceivedSaysThatTheRecordHasALimit(t *testing.T) {
	s := newScript("tcp", 6).accept(1, 2).receives(1, "PING\r\nQUIT\r\n")
	wantMatch(t, s, HaveReceived("PING"), true)
	limited := "RecordLimit kept 6 bytes of conn 1"
	wantMisuse(t, s, HaveReceived("QUIT"), limited)
	wantMisuse(t, s.Transcript(), HaveReceived(regexp.MustCompile("PING")), limited)
	wantMisuse(t, s.Transcript(), HaveReceived(gomega.Equal("PING\r\n")), limited)
	wantMatch(t, s, HaveReceived("QUIT").OnConn(2), false)

	p := newScript("udp", 4).accept(1)
	p.receivesDatagrams(1, "large one")
	wantMisuse(t, p.Transcript(), HaveReceived("PING"), "kept 9 bytes (of 1 datagram) of peer 1 out")
	wantOpen(t, p, HaveReceived("PING")) // a shorter one still fits
	p.receivesDatagrams(1, "PING")
	wantMatch(t, p, HaveReceived("PING"), true)
}

// A script does not say when it closes, so only its events tell.
func TestHaveReceivedKnowsWhatCanChange(t *testing.T) {
	ping := HaveReceived("PING").OnConn(1)
	for why, tt := range map[string]struct {
		s       func(s *script) *script
		m       types.GomegaMatcher
		settled bool
	}{
		"no connection yet":                   {func(s *script) *script { return newScript("tcp", 0) }, ping, false},
		"the client may go on":                {func(s *script) *script { return s }, ping, false},
		"the client is done":                  {func(s *script) *script { return s.fromClient(1, transcript.FIN) }, ping, true},
		"another may come":                    {func(s *script) *script { return s.fromClient(1, transcript.FIN) }, HaveReceived("PING"), false},
		"another client is done":              {func(s *script) *script { return s.fromClient(2, transcript.FIN) }, ping, false},
		"the server is done":                  {func(s *script) *script { return s.toClient(1, transcript.FIN) }, ping, false},
		"a reset, and more may be read":       {func(s *script) *script { return s.fromClient(1, transcript.RST) }, ping, false},
		"a reset, and all was read":           {func(s *script) *script { return s.fromClient(1, transcript.RST).closes(1) }, ping, true},
		"a reset by the server":               {func(s *script) *script { return s.toClient(1, transcript.RST).closes(1) }, ping, false},
		"a close":                             {func(s *script) *script { return s.closes(1) }, ping, true},
		"text that came may be discarded":     {func(s *script) *script { return s.receives(1, "PING") }, ping, false},
		"also when the client is done":        {func(s *script) *script { return s.receives(1, "PING").fromClient(1, transcript.FIN) }, ping, false},
		"text of a closed conn stays":         {func(s *script) *script { return s.receives(1, "PING").fromClient(1, transcript.FIN).closes(1) }, ping, true},
		"a matcher may begin to hold":         {func(s *script) *script { return s.receives(1, "PING").fromClient(1, transcript.FIN) }, HaveReceived(gomega.Equal("PI")).OnConn(1), false},
		"text in vain stays":                  {func(s *script) *script { return s.discards(1, "PING") }, HaveDiscarded("PING"), true},
		"text of a datagram stays":            {func(s *script) *script { p := newScript("udp", 0).accept(1); p.receivesDatagrams(1, "PING"); return p }, ping, true},
		"an expression may cease to match":    {func(s *script) *script { return s.receives(1, "PING") }, HaveReceived(regexp.MustCompile("PING$")), false},
		"a matcher may cease to hold":         {func(s *script) *script { return s.receives(1, "PING") }, HaveReceived(gomega.Equal("PING")), false},
		"what was sent may be taken back":     {func(s *script) *script { return s.sends(1, "PING") }, HaveSent("PING"), false},
		"what was sent before the FIN stays":  {func(s *script) *script { return s.sends(1, "PING").toClient(1, transcript.FIN) }, HaveSent("PING").OnConn(1), true},
		"the client's FIN does not end ours":  {func(s *script) *script { return s.fromClient(1, transcript.FIN) }, HaveSent("PING").OnConn(1), false},
		"a client of datagrams is never done": {func(s *script) *script { return newScript("udp", 0).accept(1).closes(1) }, ping, false},
	} {
		t.Run(why, func(t *testing.T) {
			s := tt.s(newScript("tcp", 0).accept(1, 2))
			if tt.settled {
				wantSettled(t, s, tt.m)
			} else {
				wantOpen(t, s, tt.m)
			}
		})
	}
}

func TestHaveReceivedOnARealServer(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	one, two := dial(t, "tcp", srv), dial(t, "tcp", srv)
	send(t, one, "PI")
	send(t, one, "NG\r\n")
	eventually(t, srv, HaveReceived("PING\r\n").OnConn(1))
	eventually(t, srv, HaveSent("PING\r\n").OnConn(1))
	two.Close()
	wantEarly(t, srv, HaveReceived("PING").OnConn(2)) // once its FIN is there
	wantOpen(t, srv, HaveReceived("QUIT"))
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	wantEarly(t, srv, HaveReceived("QUIT"))
	wantEarly(t, srv, HaveReceived("QUIT").OnConn(9))
	wantEarly(t, srv, HaveReceived(gomega.Equal("QUIT")))
}

// What the server has read ahead counts as received until the handler ends without it.
func TestHaveReceivedMayCease(t *testing.T) {
	nettest.Bubble(t, func(tb fakeserver.TB) {
		var network nettest.Network
		srv := fakeserver.Start(tb, fakeserver.Config{
			Transport: &network,
			Handler:   fakeserver.Reply{}, // takes one line and leaves
			Faults:    fault.Plan{Rules: []fault.Rule{fault.FromClient(fault.Latency{Delay: time.Second})}},
		})
		c, err := network.DialContext(context.Background(), "tcp", srv.Addr())
		if err != nil {
			tb.Fatalf("%v", err)
		}
		defer c.Close()
		c.Write([]byte("first\n"))
		time.Sleep(time.Millisecond)
		c.Write([]byte("lost\n"))
		g := gomega.NewGomega(func(text string, _ ...int) { tb.Fatalf("%s", text) })
		lost := HaveReceived("lost\n").OnConn(1)
		g.Eventually(srv).Should(lost)
		g.Eventually(srv).WithTimeout(2 * time.Second).ShouldNot(lost)
		g.Expect(srv).To(HaveReceived("first\n"))
		g.Expect(srv).To(HaveDiscarded("lost\n"))
	})
}

// What had arrived before a reset is read after it.
func TestHaveReceivedWaitsForWhatCameBeforeAReset(t *testing.T) {
	s := newScript("tcp", 0).accept(1).fromClient(1, transcript.RST)
	m := HaveReceived("last words").OnConn(1)
	wantMatch(t, s, m, false)
	wantOpen(t, s, m)
	s.receives(1, "last words").closes(1)
	wantMatch(t, s, m, true)
}

func TestHaveReceivedSaysWhatThereWas(t *testing.T) {
	s := newScript("tcp", 0).accept(1, 2).receives(1, "PING\r\n").receives(2, "\x00\x01\xff").sends(1, "PONG")
	assertions := map[string]func(g gomega.Gomega){
		"received":          func(g gomega.Gomega) { g.Expect(s).To(HaveReceived("QUIT\r\n").OnConn(1)) },
		"received_any":      func(g gomega.Gomega) { g.Expect(s).To(HaveReceived(regexp.MustCompile("^QUIT"))) },
		"received_not":      func(g gomega.Gomega) { g.Expect(s).NotTo(HaveReceived("PING")) },
		"received_matcher":  func(g gomega.Gomega) { g.Expect(s).To(HaveSent(gomega.HavePrefix("BYE")).OnConn(1)) },
		"received_no_conn":  func(g gomega.Gomega) { g.Expect(s).To(HaveReceived("PING").OnConn(3)) },
		"received_no_conns": func(g gomega.Gomega) { g.Expect(newScript("tcp", 0)).To(HaveReceived("PING")) },
		"sent":              func(g gomega.Gomega) { g.Expect(s).To(HaveSent("BYE").OnConn(2)) },
		"received_packets": func(g gomega.Gomega) {
			p := newScript("udp", 0).accept(1)
			p.receivesDatagrams(1, "PI", "", "NG")
			g.Expect(p).To(HaveReceived("PING"))
		},
	}
	for name, assert := range assertions {
		t.Run(name, func(t *testing.T) { wantMessage(t, name, assert) })
	}
}

// A message is bounded, however much the server received.
func TestHaveReceivedMessageIsBounded(t *testing.T) {
	s := newScript("tcp", 0)
	big := make([]byte, 16<<10)
	for n := 1; n <= 200; n++ {
		s.accept(n).receives(n, string(big))
	}
	j := newJudge()
	j.Expect(s).To(HaveReceived("PING"))
	if n := len(j.failures[0]); n > 64<<10 {
		t.Errorf("the message has %d bytes", n)
	}
}
