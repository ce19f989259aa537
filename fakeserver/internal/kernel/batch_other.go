//go:build !linux

package kernel

import (
	"net"
	"time"
)

type batchReader = singleReader

func newBatchReader(pc *net.UDPConn, _ int) (*batchReader, error) { return newSingleReader(pc), nil }

// close has nothing to give back.
func (r *singleReader) close() {}

// readNow is read with the least patience that a deadline gives.
func (r *singleReader) readNow([]byte, int) ([]Message, error) {
	r.pc.SetReadDeadline(time.Now().Add(time.Millisecond))
	defer r.pc.SetReadDeadline(time.Time{})
	return r.read(nil, 0)
}
