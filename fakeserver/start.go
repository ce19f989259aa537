package fakeserver

import (
	"cmp"
	"fmt"
	"net"
)

// Start starts a server for a test and returns when it takes connections, or refuses them, if that
// is how it is to start. It fails tb if the server can't start. At the test's end the server is closed,
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
	st := startedBy(tb)
	*name = cmp.Or(*name, st.test)
	s, err := listen(originOf(st.test))
	if err != nil {
		leaveTest(st.test)
		return s, st.located(err)
	}
	st.register(s)
	return s, nil
}

// located returns an error of Start that says where that was called, unless the test's failure does.
func (s *started) located(err error) error {
	if s.told {
		return err
	}
	return fmt.Errorf("%s: %w", s.where, err)
}

// startedBy returns what is yet without a server, for the test that called Start.
func startedBy(tb TB) *started {
	where, inTest := callerOfStart()
	return &started{tb: tb, test: tb.Name(), where: where, told: inTest && tellsLines(tb)}
}

// register lets the test end servers, each of which is one of its own.
func (s *started) register(servers ...server) {
	s.tb.Helper()
	s.servers = servers
	s.hide = s.showOnRequest()
	beforeTimeout.add(s)
	if g := deferrerOf(s.tb); g != nil {
		s.onFailure()
		g.DeferCleanup(s.endSpec)
	} else {
		s.tb.Cleanup(s.endTest)
	}
}
