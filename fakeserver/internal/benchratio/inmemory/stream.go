package inmemory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
	"github.com/fakewire/fakewire/nettest"
)

// patience bounds every wait: a body that waits longer fails.
const patience = 20 * time.Second

// A makePair returns the two ends of a new connection.
type makePair func() (client, server net.Conn, err error)

func pipePair() (client, server net.Conn, err error) {
	client, server = net.Pipe()
	return client, server, nil
}

func memoryPair() (client, server net.Conn, err error) {
	var n nettest.Network
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ln, err := n.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer ln.Close()
	if client, err = n.DialContext(ctx, "tcp", ln.Addr().String()); err != nil {
		return nil, nil, err
	}
	server, err = ln.Accept()
	return client, server, err
}

// What passes before the clock runs: more than a connection ever holds, so that its buffer has grown.
const (
	warmBytes = 4 << 20
	warmTrips = 100
)

// streamWork writes pieces of one size, each of which is read at the other end.
func streamWork(name string, size, slice int, goal benchwork.Goal) benchwork.Work {
	body := func(mk makePair) benchwork.Body {
		return onPair(mk, func(clock benchwork.Clock, client, server net.Conn, n int) error {
			if err := stream(client, server, size, warmBytes/size); err != nil {
				return err
			}
			clock.StartTimer()
			defer clock.StopTimer()
			return stream(client, server, size, n)
		})
	}
	return benchwork.Work{
		Name: name, What: fmt.Sprintf("in-memory stream, %d B", size), Baseline: "net.Pipe", Slice: slice, Bytes: int64(size),
		Raw: body(pipePair), Kit: body(memoryPair), Speed: true, Goal: goal,
	}
}

var pingPongWork = benchwork.Work{
	Name: "PingPong", What: "in-memory ping-pong, 64 B", Baseline: "net.Pipe", Slice: 20_000,
	Raw: pingPongs(pipePair), Kit: pingPongs(memoryPair), Goal: benchwork.AtMost(0.5),
}

// pingPongs sends 64 bytes there, and back.
func pingPongs(mk makePair) benchwork.Body {
	return onPair(mk, func(clock benchwork.Clock, client, server net.Conn, n int) error {
		go echo(server) // until it is closed
		if err := exchange(client, warmTrips); err != nil {
			return err
		}
		clock.StartTimer()
		defer clock.StopTimer()
		return exchange(client, n)
	})
}

// onPair returns a body with a new connection each time, which ends within patience.
func onPair(mk makePair, do func(clock benchwork.Clock, client, server net.Conn, n int) error) benchwork.Body {
	return func(clock benchwork.Clock, n int) (int, error) {
		client, server, err := mk()
		if err != nil {
			return 0, err
		}
		// No deadlines, which cost net.Pipe more than the network.
		late := time.AfterFunc(patience, func() { client.Close(); server.Close() })
		defer late.Stop()
		return n, errors.Join(do(clock, client, server, n), client.Close(), server.Close())
	}
}

// stream writes pieces to client, and returns when they have been read from server.
func stream(client, server net.Conn, size, pieces int) error {
	read := make(chan error, 1)
	go func() { read <- take(server, make([]byte, size), size*pieces) }()
	p := make([]byte, size)
	for range pieces {
		if _, err := client.Write(p); err != nil {
			return err
		}
	}
	return <-read
}

// take reads so many bytes.
func take(c net.Conn, p []byte, total int) error {
	for total > 0 {
		n, err := c.Read(p)
		if err != nil {
			return err
		}
		total -= n
	}
	return nil
}

// echo sends back what comes.
func echo(c net.Conn) {
	for p := make([]byte, 64); ; {
		n, err := c.Read(p)
		if err != nil {
			return
		}
		if _, err := c.Write(p[:n]); err != nil {
			return
		}
	}
}

// exchange sends 64 bytes and waits for as many, n times.
func exchange(c net.Conn, n int) error {
	p := make([]byte, 64)
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
