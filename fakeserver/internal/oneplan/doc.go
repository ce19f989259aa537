// Package oneplan tests that a plan means the same on every network: in memory, in a bubble and on
// sockets, stream by stream and datagram by datagram, and in a bubble event for event.
package oneplan
