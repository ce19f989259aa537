package explore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// setEnv sets some variables, "NAME=value" each, and takes the others of a search away.
func setEnv(t *testing.T, env ...string) {
	t.Helper()
	for _, name := range []string{"FAKEWIRE_SHARD", "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", "TEST_SHARD_STATUS_FILE",
		"FAKEWIRE_PLANS", "FAKEWIRE_BUDGET", "FAKEWIRE_SEED"} {
		t.Setenv(name, "")
	}
	for _, e := range env {
		for i, c := range e {
			if c == '=' {
				t.Setenv(e[:i], e[i+1:])
				break
			}
		}
	}
}

func TestShardFromEnv(t *testing.T) {
	for _, test := range []struct {
		env   []string
		want  shard
		wrong bool
	}{
		{nil, shard{}, false},
		{[]string{"FAKEWIRE_SHARD=1/1"}, shard{0, 1}, false},
		{[]string{"FAKEWIRE_SHARD=3/8"}, shard{2, 8}, false},
		{[]string{"FAKEWIRE_SHARD=8/8"}, shard{7, 8}, false},
		{[]string{"TEST_SHARD_INDEX=0", "TEST_TOTAL_SHARDS=4"}, shard{0, 4}, false},
		{[]string{"TEST_SHARD_INDEX=3", "TEST_TOTAL_SHARDS=4"}, shard{3, 4}, false},
		{[]string{"FAKEWIRE_SHARD=3/8", "TEST_SHARD_INDEX=0", "TEST_TOTAL_SHARDS=4"}, shard{2, 8}, false},
		{[]string{"FAKEWIRE_SHARD=0/8"}, shard{}, true},
		{[]string{"FAKEWIRE_SHARD=9/8"}, shard{}, true},
		{[]string{"FAKEWIRE_SHARD=3"}, shard{}, true},
		{[]string{"FAKEWIRE_SHARD=/8"}, shard{}, true},
		{[]string{"FAKEWIRE_SHARD=3/"}, shard{}, true},
		{[]string{"FAKEWIRE_SHARD=3/8/2"}, shard{}, true},
		{[]string{"FAKEWIRE_SHARD=three"}, shard{}, true},
		{[]string{"TEST_TOTAL_SHARDS=4"}, shard{}, true}, // a total without an index
		{[]string{"TEST_SHARD_INDEX=0"}, shard{}, true},
		{[]string{"TEST_SHARD_INDEX=4", "TEST_TOTAL_SHARDS=4"}, shard{}, true},
		{[]string{"TEST_SHARD_INDEX=-1", "TEST_TOTAL_SHARDS=4"}, shard{}, true},
	} {
		setEnv(t, test.env...)
		got, err := shardFromEnv()
		if got != test.want || (err != nil) != test.wrong || err != nil && !errors.Is(err, ErrConfig) {
			t.Errorf("%q: %v, %v; want %v, and an error: %t", test.env, got, err, test.want, test.wrong)
		}
		if err != nil {
			wantWords(t, err.Error(), "want a part")
		}
	}
}

// Bazel takes a test that does not write this file for one that knows nothing of shards.
func TestShardIsAcknowledged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "status")
	setEnv(t, "TEST_SHARD_INDEX=0", "TEST_TOTAL_SHARDS=4", "TEST_SHARD_STATUS_FILE="+file)
	if _, err := shardFromEnv(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	setEnv(t, "TEST_SHARD_INDEX=0", "TEST_TOTAL_SHARDS=4", "TEST_SHARD_STATUS_FILE="+filepath.Join(file, "no", "folder"))
	if _, err := shardFromEnv(); err == nil {
		t.Error("no error, though the file can't be written")
	}
}

// Each plan is one shard's, and each shard has about as many as the others.
func TestShardHasItsPlansAlone(t *testing.T) {
	counts := make([]int, 8)
	plans := 0
	for _, wave := range answersOf().waves() {
		for _, c := range wave {
			plans++
			owners := 0
			for i := range counts {
				if (shard{i, len(counts)}).has(c.owner()) {
					owners++
					counts[i]++
				}
			}
			if owners != 1 {
				t.Errorf("%s is the plan of %d shards", textOfRules(c.plan), owners)
			}
			if !(shard{}).has(c.owner()) {
				t.Errorf("%s is not in the whole", textOfRules(c.plan))
			}
		}
	}
	for i, n := range counts {
		if n < plans/16 || n > plans/4 {
			t.Errorf("shard %v has %d plans of %d", shard{i, len(counts)}, n, plans)
		}
	}
}
