package explore

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
)

// A shard is a part of a search: several machines share one, each with a part of its plans.
type shard struct{ index, total int } // index is from 0; of total 0 and 1, all is one part

// has reports whether a plan is the shard's, by its key. A plan that comes of what another has shown
// is of that one's shard, so that a shard needs nothing that others find out.
func (s shard) has(key string) bool {
	if s.total <= 1 {
		return true
	}
	h := fnv.New64a()
	h.Write([]byte(key))
	return h.Sum64()%uint64(s.total) == uint64(s.index)
}

// String returns the shard as FAKEWIRE_SHARD has it.
func (s shard) String() string { return fmt.Sprintf("%d/%d", s.index+1, s.total) }

// shardFromEnv returns the shard that FAKEWIRE_SHARD names, "3/8" say, or else Bazel's variables,
// which count from 0.
func shardFromEnv() (shard, error) {
	if text := os.Getenv("FAKEWIRE_SHARD"); text != "" {
		index, total, _ := strings.Cut(text, "/")
		i, err := strconv.Atoi(index)
		n, err2 := strconv.Atoi(total)
		if cmp.Or(err, err2) != nil || i < 1 || i > n {
			return shard{}, fmt.Errorf("%w: FAKEWIRE_SHARD=%q, want a part and how many there are, from 1/8 to 8/8 say", ErrConfig, text)
		}
		return shard{i - 1, n}, nil
	}
	total, index := os.Getenv("TEST_TOTAL_SHARDS"), os.Getenv("TEST_SHARD_INDEX")
	if total == "" && index == "" {
		return shard{}, nil
	}
	n, err := strconv.Atoi(total)
	i, err2 := strconv.Atoi(index)
	if cmp.Or(err, err2) != nil || i < 0 || i >= n {
		return shard{}, fmt.Errorf("%w: TEST_SHARD_INDEX=%q and TEST_TOTAL_SHARDS=%q, want a part, from 0, and how many there are", ErrConfig, index, total)
	}
	return shard{i, n}, acknowledgeShards()
}

// acknowledgeShards tells Bazel, by the file that it asks for, that the test heeds its shards.
func acknowledgeShards() error {
	name := os.Getenv("TEST_SHARD_STATUS_FILE")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	return f.Close()
}
