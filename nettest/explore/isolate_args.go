package explore

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
)

// atStart is how this process began: a child begins in the same way, whatever the test has changed until then.
var atStart = startOf(os.Args, os.Environ())

// A start is how a process begins.
type start struct {
	args, env []string
	dir       string
}

func startOf(args, env []string) start {
	s := start{args: slices.Clone(args), env: env}
	s.dir, _ = os.Getwd() // a child of a process that has no directory begins in its own
	return s
}

// childVariable is set where a process is a child: to the test that it is to run, and which of its
// searches.
const childVariable = "FAKEWIRE_EXPLORE_CHILD"

// childArgs are the flags of this process, but for those that say which tests to run, how many at once
// and how long, and what to write about them. A child runs one test, and in a Ginkgo suite one spec.
func (s start) childArgs(cfg Config) []string {
	args := []string{"-test.run=" + patternOf(cfg.test()), "-test.count=1", "-test.timeout=0"}
	if cfg.isSpec() {
		// The pattern is for the suite's description and the spec's text. A suite has a timeout of its own, an hour.
		args = append(args, "-ginkgo.focus= "+regexp.QuoteMeta(cfg.name)+"$", "-ginkgo.timeout=10000h", "-ginkgo.no-color")
	}
	if len(s.args) > 0 {
		args = append(args, withoutTestFlags(s.args[1:])...)
	}
	return args
}

// isSpec reports whether the search is in a Ginkgo spec: its name is not that of the test that runs it.
func (c Config) isSpec() bool {
	return c.Suite != nil && c.Suite.Name() != c.name && flag.Lookup("ginkgo.focus") != nil
}

// test returns the name of the Go test that the search is in.
func (c Config) test() string {
	if c.isSpec() {
		return c.Suite.Name()
	}
	return c.name
}

var testFlag = regexp.MustCompile(`^--?((?:test|ginkgo)\.[^=]+)(=?)`)

// withoutTestFlags leaves the flags of package testing and of Ginkgo out of a command line, but for -test.short. Those of the test's own
// stay, and so does what follows them.
func withoutTestFlags(args []string) (own []string) {
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(own, args[i:]...)
		}
		name := testFlag.FindStringSubmatch(args[i])
		switch {
		case name == nil || name[1] == "test.short":
			own = append(own, args[i])
		case name[2] == "" && !isBool(name[1]):
			i++ // its value
		}
	}
	return own
}

// isBool reports whether a flag needs no value.
func isBool(name string) bool {
	f := flag.Lookup(name)
	if f == nil {
		return false
	}
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// patternOf returns a pattern for -test.run by which one test alone runs.
func patternOf(test string) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// notForChildren are variables that are about the process that has them, and not about its children:
// where coverage goes, which part of the tests it is to run, and by what Bazel sees how it gets on.
var notForChildren = []string{
	"GOCOVERDIR", "COVERAGE_DIR", "COVERAGE_MANIFEST", "COVERAGE_OUTPUT_FILE",
	"TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", "TEST_SHARD_STATUS_FILE", "FAKEWIRE_SHARD", "TESTBRIDGE_TEST_ONLY",
	"XML_OUTPUT_FILE", "TEST_PREMATURE_EXIT_FILE", childVariable,
}

// childEnv is the environment of this process, but for what is its own.
func (s start) childEnv(cfg Config) (env []string) {
	race := ""
	for _, e := range s.env {
		name, value, _ := strings.Cut(e, "=")
		switch {
		case name == "GORACE":
			race = value + " "
		case name != "PWD" && !slices.Contains(notForChildren, name):
			env = append(env, e)
		}
	}
	if s.dir != "" {
		env = append(env, "PWD="+s.dir)
	}
	return append(env, "GORACE="+race+raceOptions(cfg), childVariable+"="+cfg.search)
}

// raceOptions are those of the race detector, if the program has it. It ends a child with the first race, unless those are not asked
// about: so it is known of which trial that came. A program that ends would wait for a second, otherwise.
func raceOptions(cfg Config) string {
	if !cfg.asks(Races) {
		return "atexit_sleep_ms=0"
	}
	return "atexit_sleep_ms=0 halt_on_error=1 exitcode=66 log_path=stderr"
}
