// Package ledger tests that every byte that a server meets is delivered, or named in its record:
// random clients and handlers, under random plans, in random orders, in memory and on sockets.
package ledger
