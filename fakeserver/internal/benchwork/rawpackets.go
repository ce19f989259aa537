package benchwork

import (
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// packetBuffer is what fakeserver asks for, too.
const packetBuffer = 8 << 20

// rawPackets is the baseline of a packet server: it reads and throws away.
type rawPackets struct {
	pc       *net.UDPConn
	ended    chan struct{} // closed when the reader has ended
	received int           // the reader's, until it has ended
	lost     int
}

func newRawPackets() (packetTarget, error) {
	pc, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	if err := pc.SetReadBuffer(packetBuffer); err != nil {
		pc.Close()
		return nil, err
	}
	s := &rawPackets{pc: pc, ended: make(chan struct{})}
	go s.read()
	return s, nil
}

func (s *rawPackets) read() {
	defer close(s.ended)
	buf := make([]byte, 64<<10)
	for {
		if _, _, err := s.pc.ReadFromUDPAddrPort(buf); err != nil {
			return
		}
		s.received++
	}
}

// Addr returns the address to send to.
func (s *rawPackets) Addr() string { return s.pc.LocalAddr().String() }

// Close waits until the socket is empty, as fakeserver's does.
func (s *rawPackets) Close() error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Microsecond) {
		if n, err := kernel.Waiting(s.pc); err != nil || n == 0 {
			break
		}
	}
	lost, _ := kernel.Drops(s.pc)
	s.lost = int(lost)
	err := s.pc.Close()
	<-s.ended
	return err
}

// Count returns what the reader counted, and what the kernel did.
func (s *rawPackets) Count() (received, lost int) { return s.received, s.lost }
