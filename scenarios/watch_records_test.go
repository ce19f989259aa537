package scenarios

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestRecordsAreOneHistory(t *testing.T) {
	r := records{
		conversation([]said{{1, "client", 3}, {1, "server", 4}, {2, "client", 5}}),
		conversation(nil),
		conversation([]said{{1, "client", 6}, {1, "server", 9}}),
	}
	if r.Conns() != 3 {
		t.Errorf("Conns = %d, want 3", r.Conns())
	}
	var sent []int64
	for n := 0; n <= 4; n++ {
		sent = append(sent, clientsSent(r.Conn(n)))
	}
	if want := []int64{0, 3, 5, 6, 0}; !slices.Equal(sent, want) {
		t.Errorf("of connections 0 to 4, clients sent %d, want %d", sent, want)
	}
	if clientsSent(r) != 14 || serverSent(r) != 13 || serverSent(longest(r)) != 9 {
		t.Errorf("clients sent %d, servers %d, and most of that %d; want 14, 13 and 9", clientsSent(r), serverSent(r), serverSent(longest(r)))
	}
	if r.mostSent() != 8 || r.busiest() != 2 {
		t.Errorf("clients sent %d to one server, and server %d sent the most; want 8, and 2", r.mostSent(), r.busiest())
	}
}

func TestRecordsNameConnections(t *testing.T) {
	both := records{conversation([]said{{1, "client", 1}, {2, "client", 2}}), conversation([]said{{1, "client", 3}})}
	var names []string
	for c, conn := range both.each() {
		names = append(names, fmt.Sprintf("%s: %d", both.name(c), clientsSent(conn)))
	}
	if want := []string{"connection 1 of server 1: 1", "connection 2 of server 1: 2", "connection 1 of server 2: 3"}; !slices.Equal(names, want) {
		t.Errorf("they are %q, want %q", names, want)
	}
	one := both[:1]
	if got := one.name(connOf{0, 2}) + " of " + one.server(0); got != "connection 2 of the server" {
		t.Errorf("of one server, it is %q", got)
	}
}

// A connection is the same one in later records, whatever has come to other servers.
func TestRecordsKnowConnectionsAgain(t *testing.T) {
	before := records{conversation([]said{{1, "client", 1}}), conversation([]said{{1, "client", 3}})}
	now := records{conversation([]said{{1, "client", 1}, {2, "client", 2}}), conversation([]said{{1, "client", 3}, {1, "client", 4}})}
	for _, c := range []struct {
		conn connOf
		was  bool
		size int64
	}{{connOf{0, 1}, true, 1}, {connOf{0, 2}, false, 2}, {connOf{1, 1}, true, 7}} {
		if before.has(c.conn) != c.was || !now.has(c.conn) || clientsSent(now.of(c.conn)) != c.size {
			t.Errorf("%s: before %v, now %v, with %d bytes; want %v, true and %d", now.name(c.conn), before.has(c.conn), now.has(c.conn), clientsSent(now.of(c.conn)), c.was, c.size)
		}
	}
	if haveEnded(now, before, transcript.FromClient) || !haveEnded(now, records{conversation(nil), conversation(nil)}, transcript.FromClient) {
		t.Error("connections that were there before are open, and of none that is not so")
	}
}
