package transcript

import "encoding/json"

// A Recording is what outlives a test: a transcript, with what made it and what became of that. It
// is plain data, and what a file holds.
type Recording struct {
	Transcript Transcript
	Origin     Origin
	Changes    []Change        // of the plan while traffic flowed, in their order
	Report     json.RawMessage // what became of the rules, as package fault writes a Report; nil: that is not known, as of a file that was cut off
}

// An Origin says how a recording came about. What it has not is empty.
type Origin struct {
	Test  string          // the test that started the server
	Rerun string          // the command that runs that test again, with the same draws
	Seed  uint64          // what FAKEWIRE_SEED has to be for the same draws; zero: nothing is drawn
	Plan  json.RawMessage // the plan at the start, as package fault writes it
}

// A Change is a plan that took over from the one before it.
type Change struct {
	After int64           // the Seq of the last event before it; zero: there was none
	Plan  json.RawMessage // the plan, as package fault writes it
}
