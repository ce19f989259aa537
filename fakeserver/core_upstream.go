package fakeserver

import (
	"io"
	"os"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// upstreams has the record of what a server's proxies say to their upstreams, and hear from them.
type upstreams struct {
	mu    sync.Mutex       // guards rec and grows
	rec   *record.Recorder // nil: no proxy has dialed yet
	grows *growing         // rec, as it is made; nil: nowhere
	to    io.Writer        // where it grows
}

// upstreamRecorder returns the recorder of the upstream legs, which is beside the server's own. Its header has the network
// and the address of the first that was dialed.
func (s *core) upstreamRecorder(network, address string) *record.Recorder {
	s.upstreams.mu.Lock()
	defer s.upstreams.mu.Unlock()
	if s.upstreams.rec == nil {
		h := transcript.Header{Name: s.name + " upstream", Network: network, Address: address}
		s.upstreams.rec = s.rec.Beside(h, s.recordLimit)
		if s.trace {
			s.upstreams.rec.Trace(tracer(os.Stderr, s.upstreams.rec.Snapshot().Redacted().Header(), s.redactor))
		}
		if s.upstreams.to != nil {
			s.upstreams.grows = newGrowing(s.upstreams.to, "RecordUpstreamTo", s.upstreams.rec.Header(), s.upstreamOrigin(), s.ctx.Done())
			s.upstreams.rec.Tap(s.upstreams.grows)
		}
	}
	return s.upstreams.rec
}

// upstream returns the record of the upstream legs.
func (s *core) upstream() transcript.Transcript {
	s.upstreams.mu.Lock()
	defer s.upstreams.mu.Unlock()
	if s.upstreams.rec == nil {
		return transcript.Transcript{}
	}
	return s.upstreams.rec.Snapshot()
}

// upstreamRecording returns what there is to be kept of the upstream legs: no plan is at work there.
func (s *core) upstreamRecording() transcript.Recording {
	return transcript.Recording{Transcript: s.upstream(), Origin: s.upstreamOrigin()}
}

// upstreamOrigin returns how that recording comes about.
func (s *core) upstreamOrigin() transcript.Origin {
	o := s.recordingOrigin()
	return transcript.Origin{Test: o.Test, Rerun: o.Rerun, Seed: o.Seed}
}

// growingUpstream returns the recording of the upstream legs that grows; nil: none does.
func (s *core) growingUpstream() *growing {
	s.upstreams.mu.Lock()
	defer s.upstreams.mu.Unlock()
	return s.upstreams.grows
}
