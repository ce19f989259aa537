package benchwork

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

const (
	sinkBytes = 16 << 20
	sinkWrite = 64 << 10
)

// Sink is one client that sends 16 MiB, again and again.
var Sink = Work{
	Name: "Sink", What: "TCP sink, 64 KiB writes, 16 MiB, warm", Baseline: "io.Copy(io.Discard, conn)", Slice: 1, Bytes: sinkBytes,
	Raw: SinkBody(NewRawSink), Kit: SinkBody(newKitSink), Speed: true, Goal: AtLeast(1.3),
}

// SinkFresh is the same for the first time in a process.
var SinkFresh = Work{
	Name: "SinkFresh", What: "TCP sink, 64 KiB writes, 16 MiB, fresh process", Baseline: "io.Copy(io.Discard, conn)", Slice: 1, Bytes: sinkBytes, Fresh: true,
	Raw: SinkBody(NewRawSink), Kit: SinkBody(newKitSink), Speed: true, Goal: AtLeast(0.5),
}

// A Target is a server for TCP clients.
type Target interface {
	Addr() string // to dial
	Close() error // waits for all that it started
}

// NewRawSink starts what reads and throws away, with package net.
func NewRawSink() (Target, error) {
	return NewRawServer(func(c net.Conn) { io.Copy(io.Discard, c) })
}

func newKitSink() (Target, error) { return fakeserver.Listen(fakeserver.Config{}) }

// SinkBody sends 16 MiB to what start starts, and waits for its FIN.
func SinkBody(start func() (Target, error)) Body {
	return func(clock Clock, n int) (int, error) {
		p := make([]byte, sinkWrite)
		for i := range n {
			Settle()
			if err := sinkOnce(clock, start, p, sinkBytes); err != nil {
				return i, err
			}
		}
		return n, nil
	}
}

// Settle lets the collector find what is no longer held, and the recorder's
// clean-ups run, so that the blocks of the last server are there for the next one.
func Settle() {
	for range 2 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

// sinkOnce sends total bytes to a new server. The clock runs from the first write
// until the server has taken the client's FIN.
func sinkOnce(clock Clock, start func() (Target, error), p []byte, total int) error {
	srv, err := start()
	if err != nil {
		return err
	}
	c, err := Dial(srv.Addr())
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	clock.StartTimer()
	err = sendAll(c, p, total)
	clock.StopTimer()
	c.Close()
	return errors.Join(err, srv.Close())
}

// sendAll sends total bytes and a FIN, and waits for the server's FIN.
func sendAll(c *net.TCPConn, p []byte, total int) error {
	for sent := 0; sent < total; sent += len(p) {
		if _, err := c.Write(p); err != nil {
			return err
		}
	}
	if err := c.CloseWrite(); err != nil {
		return err
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return fmt.Errorf("after the FIN: Read = %d, %v, want 0, EOF", n, err)
	}
	return nil
}

// Dial connects a client with a deadline.
func Dial(addr string) (*net.TCPConn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c.SetDeadline(time.Now().Add(patience))
	return c.(*net.TCPConn), nil
}

// SinkRecords sends total bytes to fakeserver as Sink does, and returns how many
// of them are in the record.
func SinkRecords(total int) (int, error) {
	srv, err := fakeserver.Listen(fakeserver.Config{})
	if err != nil {
		return 0, err
	}
	err = sinkInto(srv, total, sinkWrite)
	return len(srv.Transcript().FromClient()), errors.Join(err, srv.Close())
}
