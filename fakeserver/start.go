package fakeserver

import (
	"cmp"
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
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
		return nil // where tb is not a test's own
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
	s, err := start(tb, &cfg.Name, func(o origin) (stopper, error) { return wrapListener(ln, cfg, o) })
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	return s.Listener
}

// StartPacketConn is WrapPacketConn for a test. At its end the PacketConn is closed,
// and the test fails if Verify has something to say.
func StartPacketConn(tb TB, pc net.PacketConn, cfg PacketConfig) *PacketConn {
	tb.Helper()
	s, err := start(tb, &cfg.Name, func(o origin) (packetStopper, error) { return wrapPacketConn(pc, cfg, o) })
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	return s.PacketConn
}

// server is what a cleanup needs of a server.
type server interface {
	Close() error
	Verify() error
	Transcript() transcript.Transcript
	rerun(test string) string
	outcomes() string
}

// start starts a server, and registers its one Cleanup with tb.
func start[S server](tb TB, name *string, listen func(o origin) (S, error)) (S, error) {
	test, where := tb.Name(), callerOfStart()
	*name = cmp.Or(*name, test)
	s, err := listen(originOf(test))
	if err != nil {
		leaveTest(test)
		return s, fmt.Errorf("%s: %w", where, err)
	}
	tb.Cleanup(func() {
		tb.Helper()
		defer leaveTest(test)
		finish(tb, s, where)
	})
	return s, nil
}

// finish closes s at its test's end and says what there is to say, in this
// order: capture, Close, write artefacts, and report last, because nothing after
// an Errorf may run.
func finish(tb TB, s server, where string) {
	tb.Helper()
	over := tb.Failed() || tb.Skipped()
	var faults []string
	for _, check := range []func() error{s.Close, s.Verify} {
		if err := check(); err != nil {
			faults = append(faults, err.Error())
		}
	}
	if len(faults) == 0 && !tb.Failed() {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", where)
	if len(faults) > 0 {
		b.WriteString(strings.Join(faults, "\n") + "\n")
	}
	b.WriteString(s.outcomes())
	if line := s.rerun(tb.Name()); line != "" {
		b.WriteString("to rerun with the same draws: " + line + "\n")
	}
	b.WriteString(s.Transcript().String())
	if line := writeArtifact(tb, s.Transcript()); line != "" {
		b.WriteString(line + "\n")
	}
	if over {
		tb.Logf("%s", b.String())
		return
	}
	tb.Errorf("%s", b.String())
}

// callerOfStart returns the file and line outside this package that called Start.
func callerOfStart() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		outside := !strings.HasPrefix(f.Function, packagePath+".")
		if outside || strings.HasSuffix(f.File, "_test.go") {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return "?"
		}
	}
}

// packagePath is this package's import path.
var packagePath = func() string {
	pc, _, _, _ := runtime.Caller(0)
	name := runtime.FuncForPC(pc).Name()
	slash := strings.LastIndex(name, "/")
	return name[:slash+1+strings.Index(name[slash+1:], ".")]
}()

func (c *core) outcomes() string { return c.program().Report().String() }

// rerun returns the command that repeats the server's draws, if it drew.
func (c *core) rerun(test string) string {
	if !c.seed.draws {
		return ""
	}
	return c.seed.rerun(test)
}
