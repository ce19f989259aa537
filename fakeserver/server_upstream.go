package fakeserver

import "github.com/fakewire/fakewire/fakeserver/transcript"

// Upstream returns a snapshot of the record of the upstream leg, which a [Proxy] keeps: FromClient is what was sent
// there, ToClient what came from there. A connection has the same number as in Transcript, and times count from the same
// moment. No rules act on it. It is empty if no handler has dialed.
//
// What waits with Wait is asked anew when something is added to it, too.
func (s *Server) Upstream() transcript.Transcript { return s.upstream() }

// UpstreamRecording returns the upstream leg to be kept. Played back, it is the real server without what went wrong on
// the client's leg: the recording has no plan.
func (s *Server) UpstreamRecording() transcript.Recording { return s.upstreamRecording() }
