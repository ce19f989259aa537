package fakeserver

import (
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// minRead is the least room that a read gets. A block's last bytes are left
// rather than filled by tiny reads.
const minRead = 256

// ruledRead is minRead where rules decide: up to that, what the client wrote at once is
// recorded in one piece, and only rules cut it.
const ruledRead = 4 << 10

// take reads the socket, unless it is torn down: what was counted as unread then must
// not be read after all.
func (in *inbound) take(p []byte) (int, error) { return in.takeBy(in.c.raw.Read, p) }

// takeNow is take for what has arrived.
func (in *inbound) takeNow(p []byte) (int, error) {
	return in.takeBy(func(p []byte) (int, error) { return socket.ReadNow(in.c.raw, p) }, p)
}

func (in *inbound) takeBy(read func([]byte) (int, error), p []byte) (int, error) {
	if !in.gate.begin() {
		return 0, in.c.opError("read", net.ErrClosed)
	}
	n, err := read(p)
	in.got.Add(int64(n))
	in.gate.end()
	return n, err
}

// throwAway records n bytes in the lane's buffer that came after the connection's end.
func (in *inbound) throwAway(n int) {
	if n > 0 {
		in.now().followed(n)
		in.lane.Commit(transcript.Discarded, n)
	}
}

// takeRest takes what has arrived, without waiting for more: nothing waits any longer. A client that is blocked in a Write goes
// on with it as this reads, and is not given as long.
func (in *inbound) takeRest() {
	c := in.c
	if !c.clearRawReadDeadline() {
		return
	}
	began, arrived := time.Now(), 0
	for sum := 0; sum < maxWaiting; {
		n, err := in.takeNow(in.lane.Buffer(minRead))
		in.throwAway(n)
		if sum == 0 && n > 0 {
			left, _ := socket.Unread(c.raw)
			arrived = n + left
		}
		sum += n
		if err != nil {
			if !isTimeout(err) {
				c.readError(err)
			}
			return
		}
		if d := time.Since(began); d >= closeGrace/4 || d >= closeGrace/40 && sum >= arrived {
			return
		}
	}
}
