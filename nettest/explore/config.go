package explore

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// A Config says what a client is explored with. Its zero value works for a client that sends
// lines, and gets them back.
type Config struct {
	// Handler is the server's side of the protocol, for streams. All trials share it, one after the
	// other and on sockets several at once; one that remembers what it was asked is made by
	// NewHandler. If both are nil, it sends each line back.
	Handler fakeserver.Handler
	// NewHandler makes a Handler for each trial. It may be nil.
	NewHandler func() fakeserver.Handler
	// PacketHandler and NewPacketHandler are for datagrams what Handler and NewHandler are for
	// streams. If both are nil, each datagram is sent back.
	PacketHandler    fakeserver.PacketHandler
	NewPacketHandler func() fakeserver.PacketHandler
	// Listen starts a trial's server with a plan, in place of one with those handlers at a free port: for a client
	// that needs a certain port, a unix socket, or another server beside. t is the network to start it on, as in
	// [fakeserver.Config]. An error says that the plan can't be carried out here. The trial stops the server. It may be nil.
	Listen func(t fakeserver.Transport, p fault.Plan) (fakeserver.Wire, error)

	// Redact hides secrets in the report, and in the records of finds: see [fakeserver.Config]. What Listen starts may have
	// its own besides. A find's plan is kept as it is: it is made of places and not of bytes, unless it is one of First. If nil, nothing is hidden.
	Redact transcript.Redactor

	// Within is how long a step may take, whatever the wire does: the context that it gets ends
	// then, and it has to return. If zero, the client's own deadline is measured on a wire that
	// says nothing; one that has none is given a second, and a minute in memory, where time costs
	// nothing.
	Within time.Duration
	// Deadline is how long the client itself waits for a server that says nothing. If zero, it is measured, which on sockets takes as
	// long as the body needs on such a wire.
	Deadline time.Duration
	// OneConn says that a client has one connection for good: when that is broken, it stays
	// broken, and Recovery is not asked of it.
	OneConn bool
	// Callers is how many goroutines run the body at once, each with a Wire of its own to the same
	// server; what they use together, they get by Wire.Share. Whether answers get crossed is for the body to say, by the
	// error of the step: where the server counts, say, they differ from run to run as well. If zero, one.
	Callers int

	// Lines and LineBytes are how many lines a logger is given, and their length. If zero, DefaultLines
	// and DefaultLineBytes; of datagrams, a line has at most 700 bytes.
	Lines, LineBytes int

	// Without turns oracles off, and With turns those on that are off: see [Oracle].
	Without, With []Oracle
	// Checks are oracles of the caller's.
	Checks []Check
	// Accepted are finds that are known, by the names of their files, each with the reason why it is
	// left alone. They must stay as they are: one that does not break the client any more fails the
	// test, and what breaks it in the same way is not a find.
	Accepted map[string]string

	// Failed is the file of a recording of a run that failed, as a test leaves it in CI, and the search begins at the places that are
	// nearest to where that first differs from a healthy run: with what the recording shows there, and before that with the plan that it had,
	// if any. Healthy is the file of a recording of a healthy run to compare it with; if empty, that of this search. What differs between the
	// search's own healthy runs is not looked at. FAKEWIRE_FAILED replaces Failed, so that no test has to be changed to look into a failure.
	Failed, Healthy string
	// First are plans to begin with, before those that are made from the healthy record.
	First []fault.Plan
	// All lets the search go on after a find, for others.
	All bool
	// Plans and Budget bound the search, by the number of plans and by time. If zero,
	// DefaultPlans, and DefaultBudget. FAKEWIRE_PLANS and FAKEWIRE_BUDGET replace them.
	Plans  int
	Budget time.Duration
	// FindBudget bounds the time to shrink, to confirm and to explain a find: that of each. If zero, a minute to confirm, and 20 s each to do
	// the others.
	FindBudget time.Duration
	// Abreast is how many trials run at once on sockets, when they take long: most of that is waiting. If zero, DefaultAbreast.
	Abreast int
	// Seed is that of the last wave, which draws. If zero, 1: a search is the same each time.
	// FAKEWIRE_SEED replaces it.
	Seed uint64
	// IgnoreEnv says that the search is the same whatever the environment says: FAKEWIRE_PLANS, FAKEWIRE_BUDGET,
	// FAKEWIRE_SEED and the variables of shards are for others.
	IgnoreEnv bool

	// Isolate runs the trials in processes of their own, which are the test's own program, so that a panic
	// in a goroutine of the client is a find like any other, and not the end of the test: see the package's doc. What comes
	// before the search in its test runs in each of them. In a Ginkgo spec it needs Suite. Not on Windows, nor with Network.
	Isolate bool
	// OnSockets keeps the search on sockets, also if the body dials by its Wire alone.
	OnSockets bool
	// Network is what the trials run on, one after the other, if the search itself runs in a bubble: then
	// there is none for each trial, and Budget and FindBudget, which would be virtual time, bound nothing. It may be nil.
	Network *nettest.Network
	// Suite is the *testing.T that runs a suite's specs, for tests that are none themselves, such
	// as Ginkgo's: the search needs it to run in memory.
	Suite *testing.T
	// Dir is where finds are kept. If empty, testdata/fakewire/ and the test's name.
	Dir string

	logger  bool
	name    string // the test's
	search  string // which of its searches it is
	leftOut int    // a wave that is not tried, so that a test shows what it is there for; 0: none
}

// What a search is bounded by, unless its Config says otherwise.
const (
	DefaultPlans   = 300
	DefaultAbreast = 8
	// DefaultBudget is for a search on sockets. In memory, DefaultMemoryBudget is.
	DefaultBudget       = 10 * time.Second
	DefaultMemoryBudget = 2 * time.Second
)

// A Check is an oracle of the caller's.
type Check struct {
	Name string
	// Func says what is wrong with what came of a trial; nil if nothing is. It is asked about the
	// healthy wire, too, and has nothing to say there.
	Func func(Outcome) error
}

// ErrConfig is in the errors of a Config that makes no sense, and of a body that can't be explored.
var ErrConfig = errors.New("explore: it can't be explored")

// validate says what makes no sense.
func (c Config) validate() error {
	switch {
	case c.Handler != nil && c.NewHandler != nil:
		return fmt.Errorf("%w: Config has both Handler and NewHandler", ErrConfig)
	case c.PacketHandler != nil && c.NewPacketHandler != nil:
		return fmt.Errorf("%w: Config has both PacketHandler and NewPacketHandler", ErrConfig)
	case c.Listen != nil && (c.Handler != nil || c.NewHandler != nil || c.PacketHandler != nil || c.NewPacketHandler != nil):
		return fmt.Errorf("%w: Config has both Listen and a handler", ErrConfig)
	case c.Healthy != "" && c.failedFile() == "":
		return fmt.Errorf("%w: Healthy is %s, without Failed: there is nothing to compare it with", ErrConfig, c.Healthy)
	case c.Within < 0 || c.Deadline < 0:
		return fmt.Errorf("%w: Within and Deadline are %v and %v, want 0 or more", ErrConfig, c.Within, c.Deadline)
	case c.Callers < 0:
		return fmt.Errorf("%w: Callers is %d, want 0 or more", ErrConfig, c.Callers)
	case c.Lines < 0 || c.LineBytes < 0:
		return fmt.Errorf("%w: Lines and LineBytes are %d and %d, want 0 or more", ErrConfig, c.Lines, c.LineBytes)
	case c.Plans < 0 || c.Abreast < 0:
		return fmt.Errorf("%w: Plans and Abreast are %d and %d, want 0 or more", ErrConfig, c.Plans, c.Abreast)
	case c.Budget < 0 || c.FindBudget < 0:
		return fmt.Errorf("%w: Budget and FindBudget are %v and %v, want 0 or more", ErrConfig, c.Budget, c.FindBudget)
	}
	for _, o := range slices.Concat(c.Without, c.With) {
		if !slices.Contains(oracles, o) {
			return fmt.Errorf("%w: there is no oracle %q", ErrConfig, o)
		}
	}
	for i, check := range c.Checks {
		if check.Name == "" || check.Func == nil {
			return fmt.Errorf("%w: check %d has no Name or no Func", ErrConfig, i+1)
		}
	}
	return nil
}

// asks reports whether an oracle is on.
func (c Config) asks(o Oracle) bool {
	switch {
	case slices.Contains(c.Without, o):
		return false
	case o == Recovery && c.OneConn:
		return false
	case slices.Contains(optIn, o):
		return slices.Contains(c.With, o)
	}
	return true
}

func (c Config) callers() int { return max(c.Callers, 1) }

// handler returns a trial's handler of streams.
func (c Config) handler() fakeserver.Handler {
	switch {
	case c.NewHandler != nil:
		return c.NewHandler()
	case c.Handler != nil:
		return c.Handler
	}
	return fakeserver.Lines{Answer: func(line string) string { return line }}
}

// packetHandler returns a trial's handler of datagrams.
func (c Config) packetHandler() fakeserver.PacketHandler {
	switch {
	case c.NewPacketHandler != nil:
		return c.NewPacketHandler()
	case c.PacketHandler != nil:
		return c.PacketHandler
	}
	return fakeserver.PacketEcho{}
}
