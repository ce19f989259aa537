//go:build !unix

package growth

// descriptors returns how many a process may have: here, more than is asked for.
func descriptors() int { return 1 << 30 }
