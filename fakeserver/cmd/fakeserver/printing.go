package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// printsEvents reports whether events are printed, and not what clients send.
func (r *running) printsEvents() bool { return !r.quiet && (r.events || r.hex) }

// follow prints what a server records, until its end.
func (s *session) follow(srv *server) {
	defer srv.live.leave()
	r, err := transcript.NewReader(srv.live)
	if err == nil {
		err = s.show(srv, noticing{r, s, srv})
	}
	switch {
	case err == nil, errors.Is(err, transcript.ErrCutOff): // at an end that could not be waited for, which is told
	case errors.Is(err, syscall.EPIPE):
		s.fail(errors.New("the output was closed: what passes can't be printed any more"))
	default:
		s.fail(fmt.Errorf("printing: %w", err))
	}
}

// show prints what r has, in the form that is wanted.
func (s *session) show(srv *server, r source) error {
	out := s.c.OutOrStdout()
	switch {
	case s.quiet:
		return forEach(r, func(transcript.Event) error { return nil })
	case s.match != nil:
		m := matcher{w: out, pattern: s.match, of: what(srv.network), sides: map[side]*found{}}
		return forEach(r, m.event)
	case s.printsEvents():
		p := printer{
			w: bufio.NewWriter(out), colors: s.colors.colors(out), live: true,
			events: transcript.Printer{Header: r.Header(), Hex: s.hex},
		}
		if s.counts {
			p.counted = map[side]int64{}
		}
		if len(s.servers) > 1 {
			p.prefix = srv.network + ": "
		}
		if err := p.all(r); err != nil {
			return err
		}
		return p.w.Flush()
	}
	safe := isTerminal(out)
	return forEach(r, func(e transcript.Event) error { return printArrived(out, e, safe) })
}

// forEach calls f with each event.
func forEach(r source, f func(transcript.Event) error) error {
	for {
		e, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = f(e)
		}
		if err != nil {
			return err
		}
	}
}

// printArrived prints what a client sent as it is, or, on a terminal, so that it does not control that.
func printArrived(w io.Writer, e transcript.Event, safe bool) (err error) {
	switch {
	case e.Direction != transcript.FromClient || len(e.Data) == 0:
	case safe:
		_, err = io.WriteString(w, printable(string(e.Data)))
	default:
		_, err = w.Write(e.Data)
	}
	return err
}

// A noticing is a source that lets a server look at each event.
type noticing struct {
	source
	s   *session
	srv *server
}

func (n noticing) Next() (transcript.Event, error) {
	e, err := n.source.Next()
	if err == nil {
		n.s.notice(n.srv, e)
	}
	return e, err
}
