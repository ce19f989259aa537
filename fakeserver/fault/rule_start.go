package fault

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// ServerStart is the Direction of a rule that acts when the server starts: see AtStart. Only rules
// have it: nothing is sent that way, and no event has it.
const ServerStart transcript.Direction = 1 << 7

// AtStart returns a rule that acts when the server starts, before a client can reach it: with Down
// or IgnoreDials. A server that starts so has its address, and refuses what comes there:
//
//	fault.AtStart(fault.Down{For: time.Second}) // the client is there before its server
//
// A Listener starts when it is made: what waits to be accepted by then is accepted first.
//
// It is about no connection, and takes no trigger but Now. WithProbability draws once. A rule that
// comes with SetFaults has been passed, since the server has started; with Now it acts then, once,
// and SetFaults returns when it has. In the plan that a server starts with, Now changes nothing.
func AtStart(f Fault) Rule { return Rule{Fault: f, Direction: ServerStart} }

// A startFault is a pointFault that can act when the server starts.
type startFault interface {
	pointFault
	startable()
}

// validateStart says what makes no sense in a rule that acts when the server starts.
func (r Rule) validateStart() error {
	if _, ok := r.Fault.(startFault); !ok {
		return fmt.Errorf("AtStart is for Down and IgnoreDials, not for %s", r.Fault.Kind())
	}
	after := r.After
	after.Now = false
	switch {
	case !reflect.ValueOf(r.Conns).IsZero():
		return errors.New("AtStart comes before all connections: it takes no OnConn or FromConn")
	case r.Contains != nil:
		return errors.New("AtStart comes before all datagrams: it takes no Containing")
	case !reflect.ValueOf(after).IsZero():
		return errors.New("AtStart comes before everything: it takes no After but Now")
	case r.Limit > 1:
		return fmt.Errorf("Times(%d): AtStart acts once", r.Limit)
	}
	return nil
}
