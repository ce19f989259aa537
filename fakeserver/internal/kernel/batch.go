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

// Message is one datagram. Data and From are good until the next read, or Close.
type Message struct {
	Data      []byte         // empty, never nil, for a datagram of no bytes
	From      netip.AddrPort // plain IPv4 for an IPv4 sender, even at a dual-stack socket; with the zone, if IPv6 has one
	Arrived   time.Duration  // when, by the kernel's clock: good for the time between two of a socket; 0 where that is not known
	Truncated bool           // the datagram was longer than the buffer of 64 KiB: only an IPv6 jumbogram is
}

// NewBatch makes a Batch that takes up to n datagrams at once, each of which has a buffer of 64 KiB; n under 1 gives EINVAL. Linux
// reads at most 1,024. Elsewhere there is one buffer, whatever n is. pc stays the caller's. The caller should call Close.
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
func (b *Batch) Read() ([]Message, error) { return b.r.read(nil, 0) }

// ReadInto is Read into p, as far as p reaches, for who expects datagrams of at most size bytes: the Data of message i is at
// p[i*size:]. From the first on that is longer, or that p has no room for, Data is in the Batch's own buffers. So moving all Data
// to the front of p, in their order, overwrites none that is still to be moved. Where there is no recvmmsg, p is not used.
func (b *Batch) ReadInto(p []byte, size int) ([]Message, error) { return b.r.read(p, size) }

// ReadNowInto is ReadInto for what is there, without waiting: if nothing is, the error is os.ErrDeadlineExceeded. The socket's
// read deadline must not have passed.
func (b *Batch) ReadNowInto(p []byte, size int) ([]Message, error) { return b.r.readNow(p, size) }

// Close gives up the buffers. Nothing may be reading then, nor read later.
func (b *Batch) Close() { b.r.close() }
