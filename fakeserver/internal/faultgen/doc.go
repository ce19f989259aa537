// Package faultgen draws faults at random for the properties that must hold for each fault: that what
// is decided depends on the bytes and not on how they were cut, that every byte is delivered or named,
// that a plan means the same on every network. Check runs a property. Only tests import it.
//
// Its tables have a row for each fault of package fault, which a test there demands: so a new fault is
// in every property from its first day.
package faultgen
