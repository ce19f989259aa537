// Package realservers has no code but tests: real servers from Debian's packages talk to real clients through a proxy, whose recording
// is then played back to the clients without the server.
//
// Each test starts a server of its own, on loopback and in a directory of its own, and ends it. The services that come with the packages
// are not touched, be they running or not. Where a program is missing the test is skipped, unless FAKEWIRE_REQUIRE_TOOLS says that it
// must be there. A conversation is played back five times, or as often as FAKEWIRE_REPEATS says. Linux only.
package realservers
