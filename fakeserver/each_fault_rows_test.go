package fakeserver_test

import (
	"reflect"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
)

// Each fault is shown on the wire, wherever it can act.
func TestEachFaultHasItsRows(t *testing.T) {
	for _, kind := range faultgen.All(fault.Streams) {
		name := reflect.TypeOf(faultgen.Example(fault.Streams, kind, 1)).Name()
		for _, d := range faultgen.Directions(fault.Streams, kind) {
			row := faultgen.Place(d) + " " + name
			if got := eachFaultOnTheWire[row].rule; got.Fault == nil || got.Fault.Kind() != kind || got.Direction != d {
				t.Errorf("%s: eachFaultOnTheWire has no row %q with that fault; add one", kind, row)
			}
		}
	}
	for _, kind := range faultgen.All(fault.Datagrams) {
		name := reflect.TypeOf(faultgen.Example(fault.Datagrams, kind, 1)).Name()
		if got := eachPacketFault[name].rule; got.Fault == nil || got.Fault.Kind() != kind {
			t.Errorf("%s: eachPacketFault has no row %q with that fault; add one", kind, name)
		}
	}
}
