package kernel

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A peekPair is a connection and the Peeker of its server's end.
type peekPair struct {
	*Peeker
	server, client net.Conn
}

func eachPeekPair(t *testing.T, f func(t *testing.T, p peekPair)) {
	for network, pair := range map[string]func(*testing.T) (server, client net.Conn){"tcp": pair, "unix": unixPair} {
		t.Run(network, func(t *testing.T) {
			server, client := pair(t)
			k, err := NewPeeker(server)
			must(t, err)
			f(t, peekPair{k, server, client})
		})
	}
}

// want makes one Peek, or Take, of at most size bytes.
func (p peekPair) want(t *testing.T, call func([]byte) (int, error), size int, want string, end error) {
	t.Helper()
	buf := make([]byte, size)
	n, err := call(buf)
	if string(buf[:n]) != want || !errors.Is(err, end) || end == nil && err != nil {
		t.Fatalf("got %q, %v; want %q, %v", buf[:n], err, want, end)
	}
}

func (p peekPair) send(t *testing.T, text string) {
	t.Helper()
	before := count(t, Unread, p.server)
	_, err := io.WriteString(p.client, text)
	must(t, err)
	eventually(t, "it has arrived", func() bool { return count(t, Unread, p.server) == before+len(text) })
}

func TestPeekLeavesEverything(t *testing.T) {
	eachPeekPair(t, func(t *testing.T, p peekPair) {
		p.send(t, "abc")
		p.send(t, "defg")
		p.want(t, p.Peek, 2, "ab", nil)
		p.want(t, p.Peek, 100, "abcdefg", nil) // of all writes together
		p.want(t, p.server.Read, 4, "abcd", nil)
		p.want(t, p.Peek, 100, "efg", nil)
		must(t, p.client.(interface{ CloseWrite() error }).CloseWrite())
		p.want(t, p.server.Read, 100, "efg", nil)
		p.want(t, p.Peek, 100, "", io.EOF)
		p.want(t, p.server.Read, 100, "", io.EOF)
	})
}

// Take may leave p as it is: what is in it is what it reads.
func TestPeekAndTake(t *testing.T) {
	eachPeekPair(t, func(t *testing.T, p peekPair) {
		data := bytes.Repeat([]byte("0123456789abcdef"), 8<<10)
		go p.client.Write(data)
		var got []byte
		for buf := make([]byte, 10_000); len(got) < len(data); {
			n, err := p.Peek(buf)
			must(t, err)
			n, err = p.Take(buf[:1+n/2])
			must(t, err)
			got = append(got, buf[:n]...)
		}
		if !bytes.Equal(got, data) {
			t.Fatal("what was shown and taken is not what was sent")
		}
		if n := count(t, Unread, p.server); n != 0 {
			t.Fatalf("%d bytes are unread", n)
		}
	})
}

func TestPeekWaits(t *testing.T) {
	eachPeekPair(t, func(t *testing.T, p peekPair) {
		shown := make(chan string)
		go func() {
			buf := make([]byte, 100)
			n, err := p.Peek(buf)
			shown <- string(buf[:n]) + errText(err)
		}()
		p.send(t, "x")
		if got := <-shown; got != "x" {
			t.Fatalf("Peek gave %q", got)
		}
	})
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A deadline ends the waiting, also one that is set meanwhile, and Close does.
func TestPeekIsWoken(t *testing.T) {
	eachPeekPair(t, func(t *testing.T, p peekPair) {
		for _, tt := range []struct {
			wake func() error
			want error
		}{
			{func() error { return p.server.SetReadDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
			{p.server.Close, net.ErrClosed},
		} {
			must(t, p.server.SetReadDeadline(time.Time{}))
			ended := make(chan error)
			go func() {
				_, err := p.Peek(make([]byte, 1))
				ended <- err
			}()
			must(t, tt.wake())
			wantError(t, "Peek", <-ended, tt.want)
		}
	})
}

// An RST is told once, to whoever comes first.
func TestPeekAfterAnRST(t *testing.T) {
	server, client := pair(t)
	k, err := NewPeeker(server)
	must(t, err)
	p := peekPair{k, server, client}
	p.send(t, "abc")
	must(t, Reset(client))
	eventually(t, "the RST has arrived", func() bool { return isClosedByRST(t, server) })
	buf := make([]byte, 100)
	n, err := p.Peek(buf)
	must(t, err)
	n, err = p.Take(buf[:n])
	must(t, err)
	if string(buf[:n]) != "abc" {
		t.Fatalf("got %q", buf[:n])
	}
	p.want(t, p.Peek, 100, "", syscall.ECONNRESET)
	p.want(t, p.Peek, 100, "", io.EOF)
}

func TestPeekOfAnotherConn(t *testing.T) {
	a, _ := net.Pipe()
	_, err := NewPeeker(a)
	wantError(t, "NewPeeker", err, errors.ErrUnsupported)
	if !strings.Contains(err.Error(), "net.pipe") {
		t.Error(err)
	}
}

func isClosedByRST(t *testing.T, c net.Conn) bool {
	state := uint8(0)
	must(t, control(c.(*net.TCPConn), func(fd uintptr) error {
		info, err := tcpInfo(fd)
		state = info.State
		return err
	}))
	return state == tcpClose
}

// TestPeekTellsOfAnRSTOnce pins that Read says nothing of it any more.
func TestPeekTellsOfAnRSTOnce(t *testing.T) {
	server, client := pair(t)
	k, err := NewPeeker(server)
	must(t, err)
	must(t, Reset(client))
	_, err = k.Peek(make([]byte, 1))
	wantError(t, "Peek", err, syscall.ECONNRESET)
	wantRead(t, server, 0, io.EOF)
}

func TestPeekAllocatesLittle(t *testing.T) {
	server, client := pair(t)
	k, err := NewPeeker(server)
	must(t, err)
	write(t, client, 1)
	buf := make([]byte, 10)
	if n := testing.AllocsPerRun(100, func() { k.Peek(buf) }); n > 1 { // x/sys makes room for an address
		t.Errorf("%v allocations", n)
	}
}
