package record

import "golang.org/x/sys/unix"

// ready makes fresh memory writable in one system call. Otherwise each of its
// pages would fault, in the middle of a read that holds the socket's lock.
func ready(p []byte) {
	_ = unix.Madvise(p, unix.MADV_POPULATE_WRITE) // Linux 5.14; without it the pages fault
}
