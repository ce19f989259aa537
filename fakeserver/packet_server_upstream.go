package fakeserver

import "github.com/fakewire/fakewire/fakeserver/transcript"

// Upstream returns a snapshot of the record of the upstream leg, which a [PacketProxy] keeps: FromClient is what was sent
// there, ToClient what came from there. A client has the same number as in Transcript; its address here is that of the
// socket that the proxy has for it. Times count from the same moment. No rules act on it. It is empty if no handler has
// dialed.
//
// What waits with Wait is asked anew when something is added to it, too.
func (s *PacketServer) Upstream() transcript.Transcript { return s.upstream() }

// UpstreamRecording returns the upstream leg to be kept. Played back, it is the real server without what went wrong on
// the client's leg: the recording has no plan.
func (s *PacketServer) UpstreamRecording() transcript.Recording { return s.upstreamRecording() }
