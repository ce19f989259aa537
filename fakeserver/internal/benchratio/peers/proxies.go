package peers

import (
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// A proxyFunc starts a proxy in front of an upstream.
type proxyFunc func(upstream string) (benchwork.Target, error)

// kitProxy returns ours.
func kitProxy(recordLimit int64) proxyFunc {
	return func(upstream string) (benchwork.Target, error) {
		return fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Proxy{Upstream: upstream}, RecordLimit: recordLimit})
	}
}

// echoes makes exchanges of 64 bytes through p, one after the other.
func echoes(p proxyFunc) benchwork.Body {
	return beforeEcho(p, func(start startFunc) benchwork.Body { return benchwork.EchoBody(start, 1) })
}

// lives starts p, makes an exchange of 16 bytes through it, and stops it. The server behind it stays.
func lives(p proxyFunc) benchwork.Body { return beforeEcho(p, benchwork.LifeBody) }

func beforeEcho(p proxyFunc, body func(startFunc) benchwork.Body) benchwork.Body {
	return func(clock benchwork.Clock, n int) (int, error) {
		echo, err := benchwork.NewRawEcho()
		if err != nil {
			return 0, err
		}
		done, err := body(func() (benchwork.Target, error) { return p(echo.Addr()) })(clock, n)
		return done, errors.Join(err, echo.Close())
	}
}

const (
	transferBytes = 16 << 20
	transferWrite = 64 << 10
	patience      = 20 * time.Second
)

// transfers sends 16 MiB through p, in writes of 64 KiB. The clock runs until the server behind it has read all: some proxies
// close their client's connection when there is still something in the kernel.
func transfers(p proxyFunc) benchwork.Body {
	return func(clock benchwork.Clock, n int) (int, error) {
		for i := range n {
			benchwork.Settle()
			if err := transfer(clock, p); err != nil {
				return i, err
			}
		}
		return n, nil
	}
}

func transfer(clock benchwork.Clock, p proxyFunc) error {
	to, err := newCounter()
	if err != nil {
		return err
	}
	front, err := p(to.Addr())
	if err != nil {
		return errors.Join(err, to.Close())
	}
	err = errors.Join(to.receive(clock, front.Addr()), front.Close(), to.Close())
	if got := to.got.Load(); err == nil && got != transferBytes {
		err = fmt.Errorf("%d bytes came out of the proxy, want %d", got, transferBytes)
	}
	return err
}

// A counter is a server that counts what it reads, in reads that are large enough not to be what limits a proxy.
type counter struct {
	benchwork.Target
	got atomic.Int64
	all chan struct{} // closed when that is transferBytes
}

func newCounter() (*counter, error) {
	c := &counter{all: make(chan struct{})}
	var err error
	c.Target, err = benchwork.NewRawServer(c.serve)
	return c, err
}

func (c *counter) serve(conn net.Conn) {
	p := make([]byte, 256<<10)
	for {
		n, err := conn.Read(p)
		if got := c.got.Add(int64(n)); n > 0 && got >= transferBytes && got-int64(n) < transferBytes {
			close(c.all)
		}
		if err != nil {
			return
		}
	}
}

// receive sends transferBytes to addr, and waits for them here.
func (c *counter) receive(clock benchwork.Clock, addr string) error {
	client, err := benchwork.Dial(addr)
	if err != nil {
		return err
	}
	defer client.Close()
	p := make([]byte, transferWrite)
	clock.StartTimer()
	defer clock.StopTimer()
	for sent := 0; sent < transferBytes; sent += len(p) {
		if _, err := client.Write(p); err != nil {
			return err
		}
	}
	select {
	case <-c.all:
		return nil
	case <-time.After(patience):
		return fmt.Errorf("%d bytes of %d came out of the proxy", c.got.Load(), transferBytes)
	}
}
