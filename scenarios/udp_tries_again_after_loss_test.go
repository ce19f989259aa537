package scenarios

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// What others send, and what the first peer sends before and after, is not lost.
func TestLoserLosesOneDatagramOfTheFirstPeer(t *testing.T) {
	a, b := netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("127.0.0.1:2")
	first, otherServer, otherSocket := peerOf{1, a}, peerOf{0, a}, peerOf{1, b}
	for n, want := range map[int]string{1: "true false false false false false", 2: "false false false true false false", 9: "false false false false false false"} {
		l := &loser{lostDatagram: lostDatagram{n: n}}
		var got []string
		for _, p := range []peerOf{first, otherServer, otherSocket, first, first, otherServer} {
			got = append(got, fmt.Sprint(l.loses(p)))
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("datagram %d: it loses %s, want %s", n, text, want)
		}
	}
}
