package kernel

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// buffersOf is a pool of buffers.
func buffersOf(size int) *sync.Pool {
	return &sync.Pool{New: func() any {
		b := make([]byte, size)
		return &b
	}}
}

// connectedPair returns two sockets, one of which is connected to the other.
func connectedPair(t *testing.T, network string) (c net.Conn, other net.PacketConn) {
	t.Helper()
	addr := "127.0.0.1:0"
	if network == "unixgram" {
		addr = filepath.Join(t.TempDir(), "s")
	}
	other, err := net.ListenPacket(network, addr)
	must(t, err)
	t.Cleanup(func() { other.Close() })
	c, err = Dial(t.Context(), network, other.LocalAddr().String())
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return c, other
}

func TestReadDatagram(t *testing.T) {
	for _, network := range []string{"udp", "unixgram"} {
		t.Run(network, func(t *testing.T) {
			c, other := connectedPair(t, network)
			pool := buffersOf(5)
			_, _, err := ReadDatagramNow(c, pool)
			wantError(t, "ReadDatagramNow of none", err, os.ErrDeadlineExceeded)
			for _, row := range []struct{ sent, want string }{{"one", "one"}, {"", ""}, {"too long", "too l"}} {
				_, err = other.WriteTo([]byte(row.sent), c.LocalAddr())
				must(t, err)
				buf, n, err := ReadDatagram(c, pool)
				if must(t, err); string((*buf)[:n]) != row.want {
					t.Errorf("of %q it has read %q, want %q", row.sent, (*buf)[:n], row.want)
				}
				pool.Put(buf)
			}
			_, err = other.WriteTo([]byte("now"), c.LocalAddr())
			must(t, err)
			if buf, n, err := ReadDatagramNow(c, pool); err != nil || string((*buf)[:n]) != "now" {
				t.Errorf("ReadDatagramNow = %d, %v", n, err)
			}
			c.SetReadDeadline(time.Unix(1, 0))
			_, _, err = ReadDatagram(c, pool)
			wantOpError(t, c, err, os.ErrDeadlineExceeded)
			c.SetReadDeadline(time.Time{})
			time.AfterFunc(time.Millisecond, func() { c.Close() })
			_, _, err = ReadDatagram(c, pool)
			wantError(t, "ReadDatagram of a socket that is closed", err, net.ErrClosed)
		})
	}
}

// wantOpError checks that an error is what c's Read would give.
func wantOpError(t *testing.T, c net.Conn, err, want error) {
	t.Helper()
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "read" || op.Source != c.LocalAddr() || op.Addr != c.RemoteAddr() || !errors.Is(err, want) {
		t.Errorf("error %v, want one of Read that wraps %v", err, want)
	}
}

func TestReadDatagramSaysThatThePortIsUnreachable(t *testing.T) {
	c, other := connectedPair(t, "udp")
	pool := buffersOf(5)
	other.Close()
	c.Write([]byte("x"))
	_, _, err := ReadDatagram(c, pool)
	wantOpError(t, c, err, syscall.ECONNREFUSED)
}

// A socket that waits has no buffer: the one that it has tried with is there for others.
func TestReadDatagramHasNoBufferWhileItWaits(t *testing.T) {
	c, _ := connectedPair(t, "udp")
	a := datagramAttempt{pool: buffersOf(5)}
	err := control(c.(syscall.Conn), func(fd uintptr) error {
		if a.make(fd) {
			return errors.New("it has read something")
		}
		return nil
	})
	must(t, err)
	if a.buf != nil {
		t.Error("it waits, and has a buffer")
	}
	_, _, err = ReadDatagram(&net.TCPConn{}, a.pool)
	wantError(t, "ReadDatagram of a TCP connection", err, errors.ErrUnsupported)
}
