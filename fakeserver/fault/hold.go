package fault

import (
	"errors"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// Hold stops one direction until the test releases its gate with the
// server's Release. A gate that is released stays open until the server's Rearm closes it: a
// Hold that comes to it then holds nothing, and has not fired. AwaitHeld waits until something
// is held at it.
type Hold struct {
	Gate string // the gate's name; must not be empty
}

// Kind returns "hold".
func (Hold) Kind() string { return "hold" }

// Validate refuses a gate without a name.
func (f Hold) Validate() error {
	if f.Gate == "" {
		return errors.New("Gate is empty, want a name")
	}
	return nil
}

func (Hold) sealed() {}
func (Hold) stops()  {}
func (f Hold) point() decide.Step {
	return decide.Step{Op: decide.OpHold, Gate: f.Gate, Text: "at gate " + f.Gate}
}
