package thirdparty_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// An explored is a client or a logger of another module, and what is known of it.
type explored struct {
	Name   string
	Module string // its path
	Medium fault.Medium
	// Config has the handler and the bound of a step. What it leaves out the test fills in.
	Config explore.Config
	Body   explore.Body // of a client
	Open   func(ctx context.Context, w *explore.Wire) (explore.Log, error)
	Turn   turn // when it is explored; "": together
	// Note says what is to be known about the search. It may be empty.
	Note string
	// Off says why an oracle is off.
	Off   map[explore.Oracle]string
	Finds []known
	// Not are what looked like a find and was none, each with the reason.
	Not []string
}

// A turn is when a client is explored.
type turn string

const (
	alone    turn = "alone"    // for a body that calls emptyPools, which takes longer the more there is
	together turn = "together" // with others
	last     turn = "last"     // for what leaves goroutines in bubbles that stand still: all that follows takes longer for them
)

// A known is a find that stays as it is.
type known struct {
	File    string // in testdata/fakewire/NAME, without ".json"
	Verdict string // bug or limitation
	What    string // what a user sees
	Why     string // what does it, by file and function
	Issue   string // where it is known; "": it was not found in the public issues
}

// all are those that are explored.
var all []explored

// register is how a file adds its client to all.
func register(e explored) bool {
	all = append(all, e)
	return true
}

// plans bounds each search. On sockets each costs some milliseconds, and those in which a client waits its deadline.
const plans = 300

// within is how long a step may take.
const within = time.Second

// dir is where the finds are.
func (e explored) dir() string {
	return filepath.Join("testdata", "fakewire", strings.ReplaceAll(e.Name, " ", "_"))
}

// A searched is what came of exploring one.
type searched struct {
	explored
	report explore.Report
	steps  []string // "get 1", of the healthy wire
}

// search explores one, for all finds, without those that are known.
func (e explored) search(t *testing.T) (s searched) {
	t.Helper()
	cfg := e.Config
	cfg.Suite, cfg.Dir, cfg.All, cfg.Plans, cfg.Budget = t, e.dir(), true, cmp.Or(e.Config.Plans, plans), time.Minute
	cfg.Without = slices.Sorted(maps.Keys(e.Off))
	cfg.Accepted = map[string]string{}
	for _, k := range e.Finds {
		if _, err := e.plan(k); *update && errors.Is(err, fs.ErrNotExist) {
			continue // it is about to be saved
		}
		cfg.Accepted[k.File] = fmt.Sprintf("%s: %s", k.Verdict, k.What)
	}
	s.explored = e
	cfg.Checks = append(slices.Clone(cfg.Checks), explore.Check{Name: "steps", Func: func(o explore.Outcome) error {
		s.sees(o.Healthy)
		return nil
	}})
	var err error
	if e.Open != nil {
		s.report, err = explore.SearchLogger(t.Context(), cfg, e.Medium, e.Open)
	} else {
		s.report, err = explore.Search(t.Context(), cfg, e.Medium, e.Body)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sees notes the steps of the healthy wire.
func (s *searched) sees(healthy []explore.Step) {
	if s.steps != nil {
		return
	}
	for _, step := range healthy {
		s.steps = append(s.steps, step.Name)
	}
}

// plan returns the plan of a find.
func (e explored) plan(k known) (fault.Plan, error) {
	text, err := os.ReadFile(filepath.Join(e.dir(), k.File+".json"))
	if err != nil {
		return fault.Plan{}, err
	}
	return fault.ParsePlan(text)
}

// emptyPools empties each sync.Pool, for a client that keeps timers in one of the whole program: a timer belongs to the bubble that it was
// made in, and ends the program in another. What is in a pool is gone after the second collection.
func emptyPools() {
	runtime.GC()
	runtime.GC()
}

// dial connects as a net.Dialer with a timeout does, for what takes a dialer without a context.
func dial(w *explore.Wire) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), within/2)
	defer cancel()
	return w.DialContext(ctx, "tcp", "server.test:1")
}
