package explore

import (
	"slices"
	"strings"
	"testing"
)

// A child gets what is the program's own, and of what is about tests only that they are to be short.
func TestChildArgs(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"x.test", ""},
		{"x.test -test.v -test.run=TestA -own=1 word", "-own=1 word"},
		{"x.test -test.run TestA -test.v -test.short --test.count 3 -own 1", "-test.short -own 1"},
		{"x.test -test.v=test2json -test.parallel 3 -- -test.run=TestA", "-- -test.run=TestA"},
		{"x.test --test.coverprofile=c.out -testing -test -ginkgo.seed=1", "-testing -test"},
	} {
		got := start{args: strings.Fields(test.args)}.childArgs(Config{name: "TestB/with_[brackets]"})
		want := append([]string{`-test.run=^TestB$/^with_\[brackets\]$`, "-test.count=1", "-test.timeout=0"}, strings.Fields(test.want)...)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", test.args, got, want)
		}
	}
}

func TestChildEnv(t *testing.T) {
	s := start{dir: "/where", env: []string{"A=1", "PWD=/", "GORACE=history_size=7", "GOCOVERDIR=/cover", "FAKEWIRE_SHARD=1/2", "FAKEWIRE_PLANS=7", childVariable + "=TestA#1"}}
	got := s.childEnv(Config{search: "TestB#1"})
	want := []string{"A=1", "FAKEWIRE_PLANS=7", "PWD=/where", "GORACE=history_size=7 atexit_sleep_ms=0 halt_on_error=1 exitcode=66 log_path=stderr", childVariable + "=TestB#1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	got = s.childEnv(Config{search: "TestB#1", Without: []Oracle{Races}})
	if !slices.Contains(got, "GORACE=history_size=7 atexit_sleep_ms=0") {
		t.Errorf("%q lets races end a child that is not asked about them", got)
	}
}

// What can't be isolated is refused in words.
func TestIsolateIsRefused(t *testing.T) {
	for _, cfg := range []Config{{}, {name: "a spec"}} {
		if _, err := newIsolated(cfg); err == nil {
			t.Errorf("%+v is taken", cfg)
		} else {
			wantErr(t, err, ErrConfig.Error(), "Isolate")
		}
	}
}
