package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// errUnexpected says that a server ran to its end, and that something was not as it should have been, which was printed.
var errUnexpected = errors.New("not all was as it should have been")

// A session is a run of servers, from when they listen until a signal ends it.
type session struct {
	*running
	c       *cobra.Command
	ctx     context.Context // done when the end begins
	stop    context.CancelFunc
	servers []*server
	atEnd   func()          // says what else became of them; nil: nothing
	counts  bool            // say at the end of each connection how many bytes there were
	match   *rematch.Regexp // print only what this matches; nil: all

	mu      sync.Mutex // guards standard error, and what follows
	failure error      // what ended it; nil: a signal
}

// newSession returns a session for servers that are not there yet.
func newSession(c *cobra.Command, r *running) *session {
	s := &session{running: r, c: c}
	s.ctx, s.stop = context.WithCancel(c.Context())
	return s
}

// fail ends the session, because of err.
func (s *session) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure == nil {
		s.failure = err
	}
	s.stop()
}

// say prints a line about the servers.
func (s *session) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.c.ErrOrStderr(), "fakeserver: %s\n", printable(fmt.Sprintf(format, args...)))
}

// endGrace is how long the output may stand still at the end.
const endGrace = time.Second

// run lets the servers, which listen, serve until the end of the session. It returns what went wrong.
func (s *session) run() error {
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE) // an output that is closed is an error, and not the end of the process
	defer signal.Stop(broken)
	hangups, forget := hangups()
	defer forget()
	if err := s.announce(); err != nil {
		s.close()
		return err
	}
	var printing, watching sync.WaitGroup
	for _, srv := range s.servers {
		printing.Go(func() { s.follow(srv) })
		watching.Go(func() { s.tellProblems(srv) })
	}
	watching.Go(func() { s.replan(hangups) })
	<-s.ctx.Done()
	watching.Wait()
	return s.end(&printing)
}

// announce says where the servers listen.
func (s *session) announce() error {
	for _, srv := range s.servers {
		s.say("listening on %s %s", srv.network, srv.Address())
		if origin := srv.Recording().Origin; origin.Seed != 0 {
			s.say("%s: --seed %#x draws the same again", srv.network, origin.Seed)
		}
	}
	if s.addressFile == "" {
		return nil
	}
	return s.writeAddresses(s.servers)
}

// end ends the servers, and says what became of them.
func (s *session) end(printing *sync.WaitGroup) error {
	if s.addressFile != "" {
		os.Remove(s.addressFile)
	}
	err := s.close()
	for _, srv := range s.servers {
		srv.live.end()
	}
	if !s.printed(printing) {
		err = errors.Join(err, errors.New("the output did not take all that there was to print"))
	}
	if s.atEnd != nil {
		s.atEnd()
	}
	asExpected := s.judge()
	s.mu.Lock()
	err = errors.Join(s.failure, err)
	s.mu.Unlock()
	if err == nil && !asExpected {
		return errUnexpected
	}
	return err
}

// printed waits for what prints, as long as that gets on. It reports whether it came to its end.
func (s *session) printed(printing *sync.WaitGroup) bool {
	over := make(chan struct{})
	go func() {
		printing.Wait()
		close(over)
	}()
	for last := int64(-1); ; {
		select {
		case <-over:
			return true
		case <-time.After(endGrace):
		}
		var now int64
		for _, srv := range s.servers {
			now += srv.live.progress()
		}
		if now == last {
			return false
		}
		last = now
	}
}

// close closes the servers, and their recordings.
func (s *session) close() (err error) {
	for _, srv := range s.servers {
		if srv.served != nil {
			err = errors.Join(err, srv.Stop())
		}
	}
	return errors.Join(err, closeFiles(s.servers))
}

// judge says what became of the rules, and whatever went wrong and was not told yet. It reports whether all was as it
// should have been.
func (s *session) judge() bool {
	asExpected := true
	for _, srv := range s.servers {
		if r := srv.Report(); len(r.Rules) > 0 && !s.quiet && !s.printsEvents() {
			s.say("%s: what became of the rules:\n%s", srv.network, r)
		}
		if srv.unreached.Load() {
			asExpected = false
		}
		if err := srv.Verify(); err != nil {
			asExpected = false
			s.tell(srv, err, nil)
		}
	}
	return asExpected
}

// noticeGrace is how much later than the record Verify may know what went wrong.
const noticeGrace = 50 * time.Millisecond

// tellProblems tells what goes wrong on a server as it happens.
func (s *session) tellProblems(srv *server) {
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-srv.noticed:
		}
		for range 2 {
			s.tell(srv, srv.Verify(), srv.Report().Verify())
			select {
			case <-s.ctx.Done():
				return
			case <-time.After(noticeGrace):
			}
		}
	}
}

// tell tells each of the errors that are joined in err, but for those in but, and for those that were told.
func (s *session) tell(srv *server, err, but error) {
	for _, one := range apart(err) {
		text := one.Error()
		if but != nil && text == but.Error() || srv.told[text] {
			continue
		}
		srv.told[text] = true
		s.say("%s", strings.TrimPrefix(text, "fakeserver: "))
	}
}

// apart returns the errors that are joined in err.
func apart(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// upstreamError begins what a proxy says of an upstream that it can't reach.
const upstreamError = "upstream: "

// notice looks at an event before it is printed.
func (s *session) notice(srv *server, e transcript.Event) {
	if e.Kind == transcript.Error && strings.HasPrefix(e.Text, upstreamError) {
		s.say("%s %d: %s", what(srv.network), e.Conn, e.Text)
		srv.unreached.Store(true)
	}
	switch e.Kind {
	case transcript.Error, transcript.RST, transcript.Close:
		select {
		case srv.noticed <- struct{}{}:
		default:
		}
	}
}
