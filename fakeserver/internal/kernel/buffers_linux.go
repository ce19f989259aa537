package kernel

import (
	"os"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// buffers is memory for as many datagrams as one call may give, 64 KiB each. Nearly none of it is ever written to, and the kernel
// gives only the pages that are. It is no memory of Go's because that would count all of it: each socket would be a garbage
// collection.
type buffers struct{ mem []byte }

// idleBuffers wait to be used again.
var idleBuffers struct {
	mu  sync.Mutex // guards all
	all []*buffers
}

const maxIdleBuffers = 4

// takeBuffers returns n buffers or more.
func takeBuffers(n int) (*buffers, error) {
	if b := takeIdleBuffers(); b != nil && len(b.mem) >= n*bufferSize {
		return b, nil
	}
	mem, err := unix.Mmap(-1, 0, n*bufferSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	b := &buffers{mem}
	runtime.AddCleanup(b, func(mem []byte) { _ = unix.Munmap(mem) }, mem)
	return b, nil
}

func takeIdleBuffers() *buffers {
	idleBuffers.mu.Lock()
	defer idleBuffers.mu.Unlock()
	n := len(idleBuffers.all)
	if n == 0 {
		return nil
	}
	b := idleBuffers.all[n-1]
	idleBuffers.all[n-1] = nil
	idleBuffers.all = idleBuffers.all[:n-1]
	return b
}

// giveBack lets another socket use b. Beyond a few that wait, it is unmapped once nothing refers to it.
func (b *buffers) giveBack() {
	idleBuffers.mu.Lock()
	defer idleBuffers.mu.Unlock()
	if len(idleBuffers.all) < maxIdleBuffers {
		idleBuffers.all = append(idleBuffers.all, b)
	}
}

// at returns buffer i.
func (b *buffers) at(i int) []byte { return b.mem[i*bufferSize : (i+1)*bufferSize : (i+1)*bufferSize] }
