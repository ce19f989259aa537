package kernel

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// bufferSize holds any datagram: UDP's length field ends at 65,535.
const bufferSize = 64 << 10

// Batch reads many datagrams in one system call (recvmmsg) on Linux, and one at a time elsewhere. It is for one
// goroutine; deadlines and Close of the socket work on it from any.
type Batch struct{ r *batchReader }

// Message is one datagram. Data and From are good until the next Read.
type Message struct {
	Data      []byte         // empty, never nil, for a datagram of no bytes
	From      netip.AddrPort // plain IPv4 for an IPv4 sender, even at a dual-stack socket; with the zone, if IPv6 has one
	Arrived   time.Duration  // when, by the kernel's clock: good for the time between two of a socket; 0 where that is not known
	Truncated bool           // the datagram was longer than the buffer of 64 KiB: only an IPv6 jumbogram is
}

// NewBatch makes a Batch of n buffers, 64 KiB each, allocated once; n under 1 gives EINVAL. Linux reads at most 1,024 at once.
// Elsewhere there is one buffer, whatever n is. pc stays the caller's.
func NewBatch(pc *net.UDPConn, n int) (*Batch, error) {
	if n < 1 {
		return nil, fmt.Errorf("kernel: NewBatch of %d: %w", n, syscall.EINVAL)
	}
	r, err := newBatchReader(pc, n)
	if err != nil {
		return nil, err
	}
	return &Batch{r}, nil
}

// Read waits for a datagram and gives all that are there, up to n, in order of arrival: at least one message, or an error. The error
// is what ReadFromUDPAddrPort gives: a *net.OpError with net.ErrClosed, os.ErrDeadlineExceeded, or the socket's own,
// such as ECONNREFUSED. It allocates nothing once warm.
func (b *Batch) Read() ([]Message, error) { return b.r.read() }

// ReadNow is Read for what is there, without waiting: if nothing is, the error is os.ErrDeadlineExceeded. The socket's
// read deadline must not have passed.
func (b *Batch) ReadNow() ([]Message, error) { return b.r.readNow() }
