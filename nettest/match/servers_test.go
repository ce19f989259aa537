package match_test

import (
	"net"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	. "github.com/fakewire/fakewire/nettest/match"
)

// Everything that has a record works with the matchers, which see when it has closed.
func TestMatchersWorkWithEveryServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := fakeserver.StartListener(t, ln, fakeserver.Config{})
	p := fakeserver.StartPacketConn(t, pc, fakeserver.PacketConfig{})
	s, e := fakeserver.Start(t, fakeserver.Config{}), fakeserver.Start(t, fakeserver.Config{})
	u := fakeserver.StartPacket(t, fakeserver.PacketConfig{})
	for why, tt := range map[string]struct {
		srv any
		end func() error
	}{
		"server":          {s, s.Close},
		"packet server":   {u, u.Close},
		"listener":        {l, l.Stop},
		"packet conn":     {p, p.Close},
		"what embeds one": {struct{ *fakeserver.Server }{e}, e.Close},
	} {
		t.Run(why, func(t *testing.T) {
			wantMatch(t, tt.srv, HaveConns(0), true)
			mark := tt.srv.(interface{ Mark() transcript.Mark }).Mark()
			wantMatch(t, tt.srv, HaveConns(0).Since(mark), true)
			wantOpen(t, tt.srv, HaveConns(1))
			if err := tt.end(); err != nil {
				t.Fatal(err)
			}
			wantEarly(t, tt.srv, HaveConns(1))
			wantEarly(t, tt.srv, HaveReceived("x"))
		})
	}
}
