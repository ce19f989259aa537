// Package proxytable says what a proxy must let through: who ended what, how, and every byte before it.
//
// It is a table. Each [Row] is a conversation between a client and a server, with something in between, and what must hold of
// it in words. A row knows nothing of the proxy: it sees what the two ends see, on real sockets or in memory.
//
//	for _, row := range proxytable.Rows() {
//		err := row.Run(proxytable.TCP(), proxy) // nil: it holds
//	}
//
// With nothing in between ([Nothing]) all rows hold: what they ask for is what a wire does. Most rows exist twice,
// once for each direction.
//
// A row waits for events, up to a bound. The two exceptions are bounds that make a row hold when they are wrong, never fail: how long
// nothing must move until a sender counts as blocked, and how long a connection is idle.
package proxytable
