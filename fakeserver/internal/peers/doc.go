// Package peers runs the table of package proxytable through ours and through well-known proxies that are Go modules:
// which rows hold, and how the others fail.
// PEERS.md has the result, and the test compares it. After a change:
//
//	FAKEWIRE_UPDATE=1 go test -run TestPeersAreInTheirFile ./...
//
// It is a module of its own, so that nothing of this is required by whoever tests with fakewire.
package peers
