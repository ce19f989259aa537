//go:build unix

package growth

import "golang.org/x/sys/unix"

// descriptors returns how many a process may have; package os has raised that as far as it may.
func descriptors() int {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	return int(min(uint64(l.Cur), 1<<30))
}
