package benchwork

import (
	"errors"
	"io"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver"
)

const (
	echoBytes = 64
	echoRound = 1 << 15 // exchanges with one server, so that its record stays small
)

// Echo1 is one client that waits for each answer.
var Echo1 = Work{
	Name: "Echo1", What: "TCP echo, 64 B, 1 connection", Baseline: "an echo with package net", Slice: 2000,
	Raw: EchoBody(NewRawEcho, 1), Kit: EchoBody(NewKitEcho, 1), Goal: AtMost(1.05),
}

// Echo64 is 64 such clients at once.
var Echo64 = Work{
	Name: "Echo64", What: "TCP echo, 64 B, 64 connections", Baseline: "an echo with package net", Slice: 64 * 60,
	Raw: EchoBody(NewRawEcho, 64), Kit: EchoBody(NewKitEcho, 64), Goal: AtMost(1.10),
}

// NewRawEcho starts an echo with package net.
func NewRawEcho() (Target, error) { return NewRawServer(rawEcho) }

// rawEcho uses a buffer: io.Copy would splice, which is slower for small pieces.
func rawEcho(c net.Conn) {
	buf := make([]byte, 4<<10)
	for {
		n, err := c.Read(buf)
		if n > 0 {
			if _, err := c.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// NewKitEcho starts fakeserver's echo.
func NewKitEcho() (Target, error) {
	return fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}})
}

// EchoBody makes exchanges of 64 bytes over some connections at once, with what start starts.
func EchoBody(start func() (Target, error), conns int) Body {
	return func(clock Clock, n int) (int, error) {
		for done := 0; done < n; done += echoRound {
			if err := echoOnce(clock, start, conns, min(n-done, echoRound)); err != nil {
				return done, err
			}
		}
		return n, nil
	}
}

// echoOnce makes n exchanges over some connections to one new server.
func echoOnce(clock Clock, start func() (Target, error), conns, n int) error {
	Settle()
	srv, err := start()
	if err != nil {
		return err
	}
	clients, err := dialAll(srv.Addr(), conns)
	if err == nil {
		clock.StartTimer()
		err = exchangeAll(clients, n)
		clock.StopTimer()
	}
	for _, c := range clients {
		c.Close()
	}
	return errors.Join(err, srv.Close())
}

// dialAll connects clients and makes one exchange with each, so that it is served.
func dialAll(addr string, n int) ([]*net.TCPConn, error) {
	var all []*net.TCPConn
	for range n {
		c, err := Dial(addr)
		if err != nil {
			return all, err
		}
		all = append(all, c)
		if err := exchange(c, 1, echoBytes); err != nil {
			return all, err
		}
	}
	return all, nil
}

// exchangeAll shares n exchanges out among the clients and waits for all.
func exchangeAll(clients []*net.TCPConn, n int) error {
	if len(clients) == 1 {
		return exchange(clients[0], n, echoBytes)
	}
	errs := make([]error, len(clients))
	var wg sync.WaitGroup
	for i, c := range clients {
		share := n / len(clients)
		if i < n%len(clients) {
			share++
		}
		wg.Go(func() { errs[i] = exchange(c, share, echoBytes) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// exchange sends size bytes and waits for as many, n times.
func exchange(c net.Conn, n, size int) error {
	p := make([]byte, size)
	for range n {
		if _, err := c.Write(p); err != nil {
			return err
		}
		if _, err := io.ReadFull(c, p); err != nil {
			return err
		}
	}
	return nil
}
