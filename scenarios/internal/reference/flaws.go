package reference

import (
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// flaws are the bugs that a lineClient can have, each of which real clients had.
type flaws struct {
	trustsIdle        bool // uses the kept connection without a look at it
	keepsAfterTimeout bool // keeps the connection of a request that it gave up on
	neverRedials      bool // keeps its first connection, come what may
	closesInTurn      bool // Close waits for its turn, as if it were an exchange
	freshReaders      bool // makes a new reader for each of several replies
	dropsHalves       bool // keeps whole ones of several replies only
	glues             bool // takes one Read for one of several replies
	dialsOn           bool // can't be told to stop while it dials
	readsOn           bool // can't be told to stop once its reply has begun
	keepsAfterLogin   bool // keeps the connection of a set-up that it gave up on
	givesUp           bool // never asks again once the server's error was cut
	leavesAtLogin     bool // forgets the connection of a set-up that failed
	waitsInSetUp      bool // has no deadline until it is set up
}

// TrustsIdle breaks NoticesIdleClose: it sends its request on whatever connection it
// has, and if that fails, as often as tries allows, again.
func TrustsIdle(want string, within time.Duration, tries int) scenarios.TCPClient {
	return tcpSubject(want, within, tries, flaws{trustsIdle: true})
}

// KeepsAfterTimeout breaks KeepsAnswersApart: it goes on to use a connection on which an
// answer is still due.
func KeepsAfterTimeout(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{keepsAfterTimeout: true, trustsIdle: true})
}

// ChecksBeforeOnly breaks KeepsAnswersApart, too: it looks for a late answer before it
// sends its request, and takes the one that comes then.
func ChecksBeforeOnly(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{keepsAfterTimeout: true})
}

// NeverRedials breaks TriesAgainAfterRestart: it has one connection in its life.
func NeverRedials(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{neverRedials: true})
}

// ClosesInTurn breaks StopsWhenTold: its Close waits until the Ask at work is done.
func ClosesInTurn(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{closesInTurn: true})
}
