package fakeserver

import (
	"encoding/json"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// recording returns what there is to be kept of the server, with a record and a report of the same time.
func (s *core) recording(t transcript.Transcript, r fault.Report) transcript.Recording {
	s.plans.mu.Lock()
	later := s.plans.later
	s.plans.mu.Unlock()
	rec := transcript.Recording{Transcript: t, Origin: s.recordingOrigin(), Report: asJSON(r)}
	for _, l := range later {
		rec.Changes = append(rec.Changes, transcript.Change{After: int64(l.after), Plan: asJSON(l.plan)})
	}
	return rec
}

// recordingOrigin returns how the server's recordings come about.
func (s *core) recordingOrigin() transcript.Origin {
	o := transcript.Origin{Test: s.test, Plan: asJSON(s.plans.first)}
	if s.seed.draws {
		o.Seed = s.seed.base
	}
	if s.test != "" {
		o.Rerun = s.seed.rerun(s.test)
	}
	return o
}

// asJSON returns the JSON of a plan or a report at work, of which each part has some.
func asJSON(v json.Marshaler) json.RawMessage {
	text, err := v.MarshalJSON()
	if err != nil {
		panic("fakeserver: a plan that was compiled has no JSON: " + err.Error())
	}
	return text
}
