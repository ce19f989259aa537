//go:build !linux

package kernel

import (
	"net"
	"time"
)

type batchReader = singleReader

func newBatchReader(pc *net.UDPConn, _ int) (*batchReader, error) { return newSingleReader(pc), nil }

// readNow is read with the least patience that a deadline gives.
func (r *singleReader) readNow() ([]Message, error) {
	r.pc.SetReadDeadline(time.Now().Add(time.Millisecond))
	defer r.pc.SetReadDeadline(time.Time{})
	return r.read()
}
