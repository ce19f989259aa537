package benchwork

import (
	"context"
	"io"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver"
)

// The servers whose messages are late: streams and datagrams, by package net and by fakeserver.

func newRawMessages(handle func(answer func())) (Target, error) {
	return NewRawServer(func(c net.Conn) { handleBytes(c, handle) })
}

// handleBytes handles each byte as a message.
func handleBytes(c io.ReadWriter, handle func(answer func())) error {
	p := make([]byte, 1)
	for {
		if _, err := c.Read(p); err != nil {
			return err
		}
		handle(func() { c.Write(p) })
	}
}

func newKitMessages(cfg fakeserver.Config) func(func(func())) (Target, error) {
	return func(handle func(answer func())) (Target, error) {
		cfg.Handler = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error { return handleBytes(c, handle) })
		return fakeserver.Listen(cfg)
	}
}

// rawDatagrams is a packet server of package net.
type rawDatagrams struct {
	pc *net.UDPConn
	wg sync.WaitGroup
}

func newRawDatagrams(handle func(answer func())) (Target, error) {
	pc, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	s := &rawDatagrams{pc: pc}
	s.wg.Go(func() { s.serve(handle) })
	return s, nil
}

func (s *rawDatagrams) serve(handle func(answer func())) {
	p := make([]byte, 64<<10)
	for {
		n, from, err := s.pc.ReadFromUDPAddrPort(p)
		if err != nil {
			return
		}
		handle(func() { s.pc.WriteToUDPAddrPort(p[:n], from) })
	}
}

// Addr returns the address to send to.
func (s *rawDatagrams) Addr() string { return s.pc.LocalAddr().String() }

// Close waits for the goroutine.
func (s *rawDatagrams) Close() error {
	defer s.wg.Wait()
	return s.pc.Close()
}

func newKitDatagrams(cfg fakeserver.PacketConfig) func(func(func())) (Target, error) {
	return func(handle func(answer func())) (Target, error) {
		cfg.Handler = fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			handle(func() { w.Write(p.Data) })
			return nil
		})
		return fakeserver.ListenPacket(cfg)
	}
}
