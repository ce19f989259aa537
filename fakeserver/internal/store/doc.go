// Package store holds the events of a record: in chunks that never move, so that a
// snapshot shares them with what is still being written, and with an index of which events
// each connection has.
//
// Kinds and directions are only numbers here. Package record writes events, and package
// transcript says what they mean; neither has to know how the other does that.
package store
