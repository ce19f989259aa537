package nettest_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/fakewire/fakewire/nettest"
)

var peekRows = []row{
	{"bytes", "peek", "it leaves everything, and shows all writes together", func(a, b *side) {
		a.write("ab")
		a.write("cde")
		b.arrived(5)
		b.peek(1)
		b.peek(10)
		b.read(3)
		b.peek(10)
		b.read(10)
	}},
	{"FIN", "peek at a FIN", "it comes after the bytes, again and again", func(a, b *side) {
		a.write("bye")
		a.close()
		b.sawFIN()
		b.peek(10)
		b.read(10)
		b.peek(10)
		b.peek(10)
		b.read(10)
	}},
	{"RST", "peek at an RST", "only the first call reports it", func(a, b *side) {
		a.write("bye")
		a.reset()
		b.sawRST()
		b.peek(10)
		b.read(10)
		b.peek(10)
		b.peek(10)
		b.read(10)
		b.write("x")
	}},
	{"half-close", "peek after CloseRead", "what had arrived is shown, and then the end", func(a, b *side) {
		a.write("ab")
		b.arrived(2)
		b.closeRead()
		b.peek(10)
		b.read(10)
		b.peek(10)
	}},
}

// peek calls the kernel's recv with MSG_PEEK, or Peek in memory.
func (s *side) peek(n int) {
	p := make([]byte, n)
	n, err := 0, error(nil)
	switch c := s.c.(type) {
	case *nettest.Conn:
		n, err = c.Peek(p)
	case *net.TCPConn:
		n, err = kernelPeek(c, p)
	}
	s.say(fmt.Sprintf("Peek(%d) = %q", len(p), p[:n]), err)
}

func kernelPeek(c *net.TCPConn, p []byte) (n int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var inner error
	err = raw.Read(func(fd uintptr) bool {
		n, _, inner = unix.Recvfrom(int(fd), p, unix.MSG_PEEK)
		return inner != unix.EAGAIN
	})
	switch {
	case err != nil:
		return 0, err
	case inner != nil:
		return 0, &net.OpError{Op: "read", Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: os.NewSyscallError("read", inner)}
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

func TestPeekIsAsTheKernels(t *testing.T) {
	for _, r := range peekRows {
		t.Run(r.name, func(t *testing.T) {
			kernel := tellOn(t, r, listenKernel)
			memory := tellOn(t, r, listenMemory(new(nettest.Network)))
			if !slices.Equal(kernel, memory) {
				t.Errorf("%s: the kernel says\n\t%s\nin memory it is\n\t%s", r.why, strings.Join(kernel, "\n\t"), strings.Join(memory, "\n\t"))
			}
		})
	}
}

// A blocked Peek gets all of what arrives first, and is woken by a deadline and by Close.
func TestPeekWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, new(nettest.Network))
		buf := make([]byte, 1<<20)
		peek := func(during func(), want string, end error) {
			t.Helper()
			done := make(chan struct{})
			n, err := 0, error(nil)
			go func() {
				defer close(done)
				n, err = server.Peek(buf)
			}()
			synctest.Wait()
			during()
			<-done
			if end != nil {
				wantError(t, "Peek", err, end)
			} else if err != nil || string(buf[:n]) != want {
				t.Errorf("Peek shows %d bytes, %v; want %d", n, err, len(want))
			}
		}
		large := bytes.Repeat([]byte("0123456789"), 50_000) // more than is copied under the lock
		peek(func() { client.Write(large) }, string(large), nil)
		peek(func() {}, string(large), nil)
		if n, err := io.ReadFull(server, buf[:len(large)]); err != nil || !bytes.Equal(buf[:n], large) {
			t.Errorf("after Peek, Read gives %d bytes, %v", n, err)
		}
		peek(func() { server.SetReadDeadline(time.Now()) }, "", os.ErrDeadlineExceeded)
		server.SetReadDeadline(time.Now().Add(time.Minute))
		begin := time.Now()
		peek(func() {}, "", os.ErrDeadlineExceeded)
		if d := time.Since(begin); d != time.Minute {
			t.Errorf("Peek waited %v, want a minute", d)
		}
		server.SetReadDeadline(time.Time{})
		peek(func() { client.Reset() }, "", syscall.ECONNRESET)
		peek(func() {}, "", io.EOF)
		server.Close()
		peek(func() {}, "", net.ErrClosed)
	})
}

// The bytes of one Write arrive together, even if a blocked Read gets a part of them directly:
// Unread then counts all of the rest.
func TestUnreadAfterABlockedRead(t *testing.T) {
	for range repeats(t, 300) {
		synctest.Test(t, func(t *testing.T) {
			client, server := pair(t, new(nettest.Network))
			rest := make(chan int)
			go func() {
				server.Read(make([]byte, 1000))
				n, _ := server.Unread()
				rest <- n
			}()
			synctest.Wait()
			go client.Write(make([]byte, 301_000))
			if n := <-rest; n != 300_000 {
				t.Fatalf("%d bytes are unread, want all that was written", n)
			}
		})
	}
}
