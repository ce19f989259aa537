package nettest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
)

// MakePipe makes a connection and returns its two ends. stop closes all there is, and lets blocked
// calls return. It is what golang.org/x/net/nettest.TestConn takes, too.
type MakePipe = func() (c1, c2 net.Conn, stop func(), err error)

// TestHalfClose tests that a net.Conn's CloseWrite is that of a *[net.TCPConn]: the end of one direction, behind
// all that was written, while the other goes on. If it has CloseRead, that is tested, too. Each demand
// is a subtest and says why it is made. x/net's TestConn has the demands on a connection
// that is open.
//
// What fails is wrong; but some of what is wrong is found only in some runs. Run it
// more than once, with the race detector.
func TestHalfClose(t *testing.T, mk MakePipe) {
	t.Helper()
	conform(t, halfCloseDemands, func() (*halves, func(), error) { return newHalves(mk) })
}

var halfCloseDemands = []demand[*halves]{
	{"EOF", "The peer reads all that was written before CloseWrite, then io.EOF, and again io.EOF.",
		(*halves).testEOF},
	{"BigData", "A megabyte before CloseWrite arrives whole, however slowly it is read.",
		(*halves).testBigData},
	{"WakesRead", "A Read that is blocked returns io.EOF when the peer calls CloseWrite.",
		(*halves).testWakesRead},
	{"OtherDirection", "After CloseWrite the peer goes on writing, and all of it is read. It is what half-close is for.",
		(*halves).testOtherDirection},
	{"OwnRead", "CloseWrite leaves an own Read alone that is blocked: it waits for the answer.",
		(*halves).testOwnRead},
	{"ReadDeadline", "After CloseWrite deadlines still apply to Read: who waits for an answer does not want to wait for ever.",
		(*halves).testReadDeadline},
	{"WriteAfter", "After CloseWrite, Write fails, and nothing of it arrives. It is no timeout: trying again is no use.",
		(*halves).testWriteAfter},
	{"DuringWrite", "CloseWrite may come while a Write is blocked. What that has counted arrives, and nothing else.",
		(*halves).testDuringWrite},
	{"Twice", "A second CloseWrite does no harm: what is open stays open.",
		(*halves).testTwice},
	{"EachWay", "Both ends may send, and call CloseWrite, at once. Each reads all.",
		(*halves).testEachWay},
	{"CloseAfter", "Close after CloseWrite succeeds, and loses nothing: it does not turn the end into a reset.",
		(*halves).testCloseAfter},
	{"CloseWakesRead", "Close after CloseWrite lets a Read that is blocked return net.ErrClosed.",
		(*halves).testCloseWakesRead},
	{"AfterClose", "After Close, CloseWrite returns net.ErrClosed.",
		(*halves).testAfterClose},
	{"CloseRead", "CloseRead, if there is one, ends the own Reads, a blocked one too, and no Write.",
		(*halves).testCloseRead},
}

// halves is the subject of TestHalfClose.
type halves struct{ a, b halfCloser }

// A halfCloser can end one direction.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

func newHalves(mk MakePipe) (*halves, func(), error) {
	c1, c2, stop, err := mk()
	if err != nil {
		return nil, nil, err
	}
	a, okA := c1.(halfCloser)
	b, okB := c2.(halfCloser)
	if !okA || !okB {
		stop()
		return nil, nil, fmt.Errorf("%T and %T: one has no CloseWrite", c1, c2)
	}
	return &halves{a, b}, stop, nil
}

// endWrites writes text to one end, and then CloseWrite.
func endWrites(c halfCloser, text string) *call {
	return begin("Write and CloseWrite", func() error {
		if n, err := io.WriteString(c, text); n != len(text) || err != nil {
			return fmt.Errorf("Write(%d bytes) = %d, %v", len(text), n, err)
		}
		return wantNil("CloseWrite", c.CloseWrite())
	})
}

// wantRest checks what is still to be read.
func wantRest(c net.Conn, want string) error {
	got, err := io.ReadAll(c)
	if string(got) != want || err != nil {
		return fmt.Errorf("read %d bytes to the end, %.40q, %v; want %d, %.40q", len(got), got, err, len(want), want)
	}
	return wantEOF(c)
}

func wantEOF(c net.Conn) error {
	if n, err := c.Read(make([]byte, 10)); n != 0 || err != io.EOF {
		return fmt.Errorf("Read at the end = %d, %v; want 0, io.EOF", n, err)
	}
	return nil
}

// wantEnded does both: one end writes and ends, the other reads.
func wantEnded(from, to halfCloser, text string) error {
	wrote := endWrites(from, text)
	return errors.Join(wantRest(to, text), wrote.end())
}
