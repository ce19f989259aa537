package fakeserver

import (
	"cmp"
	"fmt"
	"net"
)

// Start starts a server for a test and returns when it takes connections. It
// fails tb if the server can't start. At the test's end the server is closed,
// and tb fails if Close or Verify has something to say; a test that has failed
// already gets the record, the rules' outcomes and the seed in its log.
func Start(tb TB, cfg Config) *Server {
	tb.Helper()
	s, err := start(tb, &cfg.Name, func(o origin) (*Server, error) { return listen(cfg, o) })
	if err != nil {
		tb.Fatalf("%v", err)
		return nil // if Fatalf returns, as a test's own does not
	}
	return s
}

// StartPacket is Start for a PacketServer.
func StartPacket(tb TB, cfg PacketConfig) *PacketServer {
	tb.Helper()
	s, err := start(tb, &cfg.Name, func(o origin) (*PacketServer, error) { return listenPacket(cfg, o) })
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	return s
}

// StartListener is WrapListener for a test. At its end the Listener is stopped, and
// the test fails if Stop or Verify has something to say.
func StartListener(tb TB, ln net.Listener, cfg Config) *Listener {
	tb.Helper()
	s, err := start(tb, &cfg.Name, func(o origin) (*Listener, error) { return wrapListener(ln, cfg, o) })
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	return s
}

// StartPacketConn is WrapPacketConn for a test. At its end the PacketConn is stopped,
// and the test fails if Stop or Verify has something to say.
func StartPacketConn(tb TB, pc net.PacketConn, cfg PacketConfig) *PacketConn {
	tb.Helper()
	s, err := start(tb, &cfg.Name, func(o origin) (*PacketConn, error) { return wrapPacketConn(pc, cfg, o) })
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	return s
}

// start starts a server, and registers its one Cleanup with tb.
func start[S server](tb TB, name *string, listen func(o origin) (S, error)) (S, error) {
	tb.Helper()
	test := tb.Name()
	where, inTest := callerOfStart()
	*name = cmp.Or(*name, test)
	s, err := listen(originOf(test))
	if err != nil {
		leaveTest(test)
		return s, fmt.Errorf("%s: %w", where, err)
	}
	st := &started{server: s, tb: tb, test: test, where: where, told: inTest && tellsLines(tb)}
	st.hide = st.showOnRequest()
	beforeTimeout.add(st)
	if g := deferrerOf(tb); g != nil {
		g.DeferCleanup(st.endSpec)
	} else {
		tb.Cleanup(st.endTest)
	}
	return s, nil
}
