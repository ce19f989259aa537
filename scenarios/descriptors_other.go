//go:build !linux

package scenarios

// descriptors returns nothing: this platform does not list a process's descriptors.
func descriptors(addrs) []int { return nil }
