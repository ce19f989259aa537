package proxytable_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/proxytable"
	"github.com/fakewire/fakewire/nettest"
)

func TestProxyHoldsOnTCP(t *testing.T) {
	wantRows(t, proxytable.TCP(), proxies(t, fakeserver.Config{}, fakeserver.Proxy{}))
}

func TestProxyHoldsOnUnix(t *testing.T) {
	wantRows(t, proxytable.Unix(t.TempDir()), proxies(t, fakeserver.Config{Network: "unix"}, fakeserver.Proxy{}))
}

// With a limit on the record its bytes are copied, and not shared.
func TestProxyHoldsUnderARecordLimit(t *testing.T) {
	wantRows(t, proxytable.TCP(), proxies(t, fakeserver.Config{RecordLimit: -1}, fakeserver.Proxy{}))
}

func TestProxyHoldsInMemory(t *testing.T) {
	n := new(nettest.Network)
	wantRows(t, inMemory(n, 0), proxies(t, fakeserver.Config{Transport: n}, fakeserver.Proxy{Dial: n.DialContext}))
}

func TestProxyHoldsInABubble(t *testing.T) {
	wantRowsInBubbles(t, func(tb fakeserver.TB, n *nettest.Network) proxytable.Proxy {
		return proxies(tb, fakeserver.Config{Transport: n}, fakeserver.Proxy{Dial: n.DialContext})
	})
}

// In memory the two legs' windows hold 4 MiB each, to the byte: the rest is what the proxy has itself.
func TestProxyHoldsOneReadItself(t *testing.T) {
	for _, name := range []string{"the client stalls", "the server stalls"} {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			n := new(nettest.Network)
			w, held := inMemory(n, 0), int64(-1)
			w.Held = func(bytes int64) { held = bytes - 2*4<<20 }
			if err := rowOf(tb, name).Run(w, proxies(tb, fakeserver.Config{Transport: n}, fakeserver.Proxy{Dial: n.DialContext})); err != nil {
				tb.Errorf("%v", err)
			}
			if held < 0 || held > 1<<20 {
				tb.Errorf("%s: the proxy holds %d bytes itself, want 1 MiB at most", name, held)
			}
		})
	}
}

// proxies is ours. What has gone through it is in both of its records, and no row is anybody's mistake.
func proxies(tb fakeserver.TB, cfg fakeserver.Config, p fakeserver.Proxy) proxytable.Proxy {
	return func(upstream string) (string, func(), error) {
		p, cfg := p, cfg // rows run at the same time
		p.Upstream = upstream
		cfg.Handler = p
		srv, err := fakeserver.Listen(cfg)
		if err != nil {
			return "", nil, err
		}
		return srv.Addr(), func() {
			if err := srv.Close(); err != nil {
				tb.Errorf("Close: %v", err)
			}
			if err := srv.Verify(); err != nil {
				tb.Errorf("Verify: %v", err)
			}
			if cfg.RecordLimit == 0 {
				if err := legsAgree(srv); err != nil {
					tb.Errorf("%v\nthe client's leg:\n%v\nthe upstream's:\n%v", err, srv.Transcript(), srv.Upstream())
				}
			}
		}, nil
	}
}

// legsAgree says whether on each connection what left on one leg is the beginning of what came on the other.
func legsAgree(srv *fakeserver.Server) error {
	client, up := srv.Transcript(), srv.Upstream()
	for n := 1; n <= client.Conns(); n++ {
		for _, leg := range []struct {
			way          string
			came, passed []byte
		}{
			{"from the client", client.Conn(n).FromClient(), up.Conn(n).FromClient()},
			{"to the client", up.Conn(n).ToClient(), client.Conn(n).ToClient()},
		} {
			if !bytes.HasPrefix(leg.came, leg.passed) {
				return fmt.Errorf("conn %d, %s: %d bytes came, %d passed, and these do not begin as those do", n, leg.way, len(leg.came), len(leg.passed))
			}
		}
	}
	return nil
}
