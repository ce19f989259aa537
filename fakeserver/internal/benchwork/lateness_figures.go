package benchwork

import (
	"errors"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A lateWay is where messages are late.
type lateWay struct {
	name       string
	what       string
	datagrams  bool
	fromClient bool
}

var lateWays = []lateWay{
	{name: "ToClient", what: "bytes to the client"},
	{name: "FromClient", what: "bytes to the handler", fromClient: true},
	{name: "PacketToClient", what: "datagrams to the client", datagrams: true},
	{name: "PacketFromClient", what: "datagrams to the handler", datagrams: true, fromClient: true},
}

// latenessFigures are how late delays are beyond what they are to be.
func latenessFigures() (all []Figure) {
	for _, w := range lateWays {
		all = append(all, Figure{
			Name: "Lateness" + w.name, What: fmt.Sprintf("how late a Latency of 5 ms is: %s", w.what), Unit: "× time.Sleep",
			Measure: w.toSleep, Goal: AtMost(1),
		})
	}
	for _, w := range lateWays {
		all = append(all, Figure{
			Name: "PreciseDelays" + w.name, What: fmt.Sprintf("PreciseDelays, inside the server: %s", w.what), Unit: "µs",
			Measure: w.precise, Goal: AtMost(10),
		})
	}
	return all
}

// lateMessages is how many messages one measurement takes.
const lateMessages = 7

// toSleep returns how late messages of a plan are, over how late those of a handler are that sleeps. Each has the wire in it,
// and whatever wakes up.
func (w lateWay) toSleep() (ratio float64, err error) {
	raw, err := w.startRaw()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	kit, err := w.startKit(false)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, kit.Close()) }()
	r, err := raw.lateness(lateMessages, raw.seen)
	if err != nil {
		return 0, err
	}
	k, err := kit.lateness(lateMessages, kit.seen)
	return float64(k) / float64(r), err
}

// precise returns how late messages are inside a server with PreciseDelays, in microseconds.
func (w lateWay) precise() (us float64, err error) {
	kit, err := w.startKit(true)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, kit.Close()) }()
	k, err := kit.lateness(lateMessages, kit.inside)
	return float64(k) / float64(time.Microsecond), err
}

func (w lateWay) startRaw() (*delayed, error) {
	if w.datagrams {
		return newDelayed("udp", w.fromClient, holdAsleep, newRawDatagrams)
	}
	return newDelayed("tcp", w.fromClient, holdAsleep, newRawMessages)
}

func (w lateWay) startKit(precise bool) (*delayed, error) {
	late := fault.ToClient(fault.Latency{Delay: lateDelay})
	if w.fromClient {
		late = fault.FromClient(fault.Latency{Delay: lateDelay})
	}
	plan := fault.Plan{Rules: []fault.Rule{late}}
	if w.datagrams {
		return newDelayed("udp", w.fromClient, nil, newKitDatagrams(fakeserver.PacketConfig{Faults: plan, PreciseDelays: precise}))
	}
	return newDelayed("tcp", w.fromClient, nil, newKitMessages(fakeserver.Config{Faults: plan, PreciseDelays: precise}))
}
