package fakeserver

import (
	"cmp"
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"

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

// server is what a test's end needs of a server.
type server interface {
	Close() error
	Verify() error
	Transcript() transcript.Transcript
	recorded() transcript.Transcript
	rerun(test string) string
	outcomes() string
}

// A started is a server that Start has started.
type started struct {
	server
	tb    TB
	test  string      // its name
	where string      // the line that called Start
	told  bool        // by tb itself, of what fails in a cleanup
	hide  func()      // nobody may ask any more
	shown atomic.Bool // what happened, at the test's end
	left  atomic.Bool // the test is over
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

// end closes s at its test's end and returns what there is to say, in this order: capture,
// Close, write artifacts. It is to be said last, because nothing after an Errorf may run:
// the failure, or what is only to be logged.
func (s *started) end() (failure, log string) {
	defer s.leave()
	over, dying := s.tb.Failed() || s.tb.Skipped(), isDying(s.tb)
	var faults []string
	for _, check := range []func() error{s.Close, s.Verify} {
		if err := check(); err != nil {
			faults = append(faults, err.Error())
		}
	}
	if len(faults) == 0 && !s.tb.Failed() && !dying {
		return "", ""
	}
	s.shown.Store(true)
	record := s.Transcript()
	text := s.story(record, faults...)
	if line := writeArtifact(s.tb, record); line != "" {
		text += line + "\n"
	}
	if dying && lastWords(text) {
		return "", ""
	}
	if s.told {
		text = strings.TrimPrefix(text, s.where+": ")
	}
	if over || dying {
		return "", text
	}
	return text, ""
}

// leave lets the test go on without s.
func (s *started) leave() {
	if s.left.CompareAndSwap(false, true) {
		s.hide()
		beforeTimeout.remove(s)
		leaveTest(s.test)
	}
}

// story tells of the server and what happened to it, as far as that is in the record.
func (s *started) story(record transcript.Transcript, faults ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", s.where)
	if len(faults) > 0 {
		b.WriteString(strings.Join(faults, "\n") + "\n")
	}
	b.WriteString(s.outcomes())
	if line := s.rerun(s.test); line != "" {
		b.WriteString("to rerun with the same draws: " + line + "\n")
	}
	b.WriteString(record.String())
	return b.String()
}

// callerOfStart returns the file and line outside this package that called Start, and
// whether that is in the test's function itself, and not in a helper of it.
func callerOfStart() (where string, inTest bool) {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		outside := !strings.HasPrefix(f.Function, packagePath+".")
		if outside || strings.HasSuffix(f.File, "_test.go") {
			by, _ := frames.Next()
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line), strings.HasPrefix(by.Function, "testing.")
		}
		if !more {
			return "?", false
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

// recorded returns the record as it stands, for one that may not touch anything else, such as a
// goroutine outside of the server's bubble.
func (s *core) recorded() transcript.Transcript { return s.rec.Snapshot() }

func (s *core) outcomes() string { return s.compiled().Report().String() }

// rerun returns the command that repeats the server's draws, if it drew.
func (s *core) rerun(test string) string {
	if !s.seed.draws {
		return ""
	}
	return s.seed.rerun(test)
}
