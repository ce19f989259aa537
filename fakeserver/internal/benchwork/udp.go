package benchwork

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// packetRound is how many datagrams one server gets, so that its record stays small.
const packetRound = 20000

// UDP64 and UDP1200 are one client that writes as fast as it can.
var (
	UDP64   = packetWork("UDP64", 64, false, 1)
	UDP1200 = packetWork("UDP1200", 1200, false, 1)
)

// UDP64Burst and UDP1200Burst make the server the slower side: the client's kernel
// cuts one large write into many datagrams (UDP_SEGMENT), where there is that.
var (
	UDP64Burst   = packetWork("UDP64Burst", 64, true, 0.9)
	UDP1200Burst = packetWork("UDP1200Burst", 1200, true, 0.6)
)

func packetWork(name string, size int, burst bool, bound float64) Work {
	how := ""
	if burst {
		how = ", in bursts"
	}
	return Work{
		Name: name, What: fmt.Sprintf("UDP, %d B%s", size, how), Baseline: "ReadFromUDPAddrPort, throwing away", Slice: packetRound, Bytes: int64(size),
		Raw:   packetBody(newRawPackets, size, burst),
		Kit:   packetBody(newKitPackets, size, burst),
		Speed: true, Goal: AtLeast(bound),
	}
}

// A packetTarget is a server for datagrams.
type packetTarget interface {
	Addr() string
	// Close takes all that has arrived first.
	Close() error
	// Count returns, after Close, how many datagrams were received and how many the
	// kernel lost.
	Count() (received, lost int)
}

// kitPackets is fakeserver's.
type kitPackets struct{ *fakeserver.PacketServer }

func newKitPackets() (packetTarget, error) {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{})
	return kitPackets{srv}, err
}

// Count asks the record.
func (k kitPackets) Count() (received, lost int) {
	for e := range k.Transcript().All() {
		switch e.Kind {
		case transcript.Datagram:
			received++
		case transcript.Drop:
			lost += int(e.Count)
		}
	}
	return received, lost
}

func packetBody(start func() (packetTarget, error), size int, burst bool) Body {
	return func(clock Clock, n int) (int, error) {
		received := 0
		for sent := 0; sent < n; sent += packetRound {
			got, err := packetOnce(clock, start, size, min(n-sent, packetRound), burst)
			received += got
			if err != nil {
				return received, err
			}
		}
		return received, nil
	}
}

// packetOnce sends n datagrams to a new server. The clock runs from the first one
// until the server has taken the last and is closed.
func packetOnce(clock Clock, start func() (packetTarget, error), size, n int, burst bool) (int, error) {
	Settle()
	srv, err := start()
	if err != nil {
		return 0, err
	}
	c, err := net.Dial("udp", srv.Addr())
	if err != nil {
		return 0, errors.Join(err, srv.Close())
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	per := 1
	if burst {
		per = segment(c.(*net.UDPConn), size)
	}
	_, before := readFront()
	clock.StartTimer()
	err = flood(c, size, n, per)
	awaitArrival()
	err = errors.Join(err, srv.Close())
	clock.StopTimer()
	_, after := readFront()
	received, lost := srv.Count()
	if missing := n - received - lost; err == nil && (missing < 0 || missing > (after-before)*per) {
		err = fmt.Errorf("received %d and lost %d of %d datagrams, and %d writes in front of the socket", received, lost, n, after-before)
	}
	return received, err
}

// awaitArrival waits until what was sent has reached its socket, or was lost on
// the way: on a busy machine that is not when Write returns.
func awaitArrival() {
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Microsecond) {
		if waiting, _ := readFront(); waiting == 0 {
			return
		}
	}
}

// flood sends n datagrams, as many of them in a write as per says.
func flood(c net.Conn, size, n, per int) error {
	p := make([]byte, size*per)
	for ; n > 0; n -= per {
		if _, err := c.Write(p[:size*min(n, per)]); err != nil {
			return err
		}
	}
	return nil
}
