package thirdparty_test

import "sync"

// counts is what a server has counted for its clients, for as long as a trial: whoever asks once and is told 2 has
// been counted twice.
type counts struct {
	mu     sync.Mutex // guards values
	values map[string]int
}

// add adds 1 to a key's count, and returns the sum. A key counts from 0.
func (c *counts) add(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil {
		c.values = map[string]int{}
	}
	c.values[key]++
	return c.values[key]
}
