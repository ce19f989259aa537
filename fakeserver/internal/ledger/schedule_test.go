package ledger_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A schedule is what the two sides of some connections do, under a plan.
type schedule struct {
	plan     fault.Plan
	unit     time.Duration // of all times
	window   int           // of connections in memory
	release  int           // when the gate opens, in units; 0: never
	patience int           // how long clients wait for an end, in units
	closeAt  int           // when the server closes, in units; 0: when all clients are done
	dealings []dealing
}

// A dealing is what the two sides of a connection do.
type dealing struct{ client, handler side }

// A side writes, sleeps and ends, and reads at the same time.
type side struct {
	acts   []act
	most   int  // it reads so much; negative: all
	buffer int  // of its Reads
	waits  bool // for the other side's end, when its acts are done
}

// An act is one thing that a side does.
type act struct {
	do string
	n  int // bytes, or units of time
}

func (a act) String() string { return fmt.Sprint(a.do, " ", a.n) }

// The acts. The handler returns an error with fail.
const (
	doWrite      = "write"
	doSleep      = "sleep"
	doCloseWrite = "half-close"
	doClose      = "close"
	doReset      = "reset"
	doFail       = "fail"
)

var errFail = errors.New("the handler's own error")

// drawSide draws what a side does.
func drawSide(t *rapid.T, length int, ends []string) side {
	s := side{most: -1, buffer: rapid.SampledFrom([]int{1 << 16, 100, 7}).Draw(t, "buffer"), waits: !coin(t, 3, "does not wait")}
	for range between(t, 0, 5, "acts") {
		switch between(t, 1, 3, "act") {
		case 1, 2:
			s.acts = append(s.acts, act{doWrite, between(t, 1, length/2, "bytes")})
		case 3:
			s.acts = append(s.acts, act{doSleep, between(t, 1, 9, "units")})
		}
	}
	if coin(t, 2, "ends") {
		s.acts = append(s.acts, act{rapid.SampledFrom(ends).Draw(t, "end"), 0})
	}
	if coin(t, 6, "reads little") {
		s.most = between(t, 0, length, "most")
	}
	return s
}

// drawSchedule draws a schedule of n connections at most.
func drawSchedule(t *rapid.T, w wirePlan, n int) schedule {
	s := schedule{
		plan: w.draw(t), unit: w.unit, patience: 100,
		window:  rapid.SampledFrom([]int{1 << 16, 1000}).Draw(t, "window"),
		release: between(t, 0, 9, "release"),
	}
	if coin(t, 5, "closes early") {
		s.closeAt = between(t, 1, 20, "when")
	}
	for range between(t, 1, n, "connections") {
		s.dealings = append(s.dealings, dealing{
			drawSide(t, w.length, []string{doCloseWrite, doCloseWrite, doClose, doReset}),
			drawSide(t, w.length, []string{doCloseWrite, doClose, doReset, doFail}),
		})
	}
	return s
}

func (s schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%#v\nunit %v, window %d, release at %d, close at %d\n", s.plan, s.unit, s.window, s.release, s.closeAt)
	for i, x := range s.dealings {
		fmt.Fprintf(&b, "conn %d client %+v\nconn %d handler %+v\n", i+1, x.client, i+1, x.handler)
	}
	return b.String()
}

// client is a client's connection.
type client interface {
	net.Conn
	CloseWrite() error
	Reset() error
}

// resetTCP gives a client on loopback its Reset.
type resetTCP struct{ *net.TCPConn }

func (c resetTCP) Reset() error { return errors.Join(c.SetLinger(0), c.Close()) }

// heard is what a side knows of a connection afterwards.
type heard struct {
	wrote []byte // what its Writes returned n for
	got   []byte // what its Reads gave
	end   error  // the error of its last Read; nil: it did not read on
	left  bool   // it closed or reset the connection before it heard of an end
	torn  bool   // a Write of its has heard of an RST, which is told once: Read gives io.EOF then
}

// length returns how much s writes.
func (s side) length() (n int) {
	for _, a := range s.acts {
		if a.do == doWrite {
			n += a.n
		}
	}
	return n
}

// A player is a side at work.
type player struct {
	side
	heard
	c      client
	unit   time.Duration
	over   <-chan struct{} // closed when there is no time to sleep any more; may be nil
	reader chan struct{}   // closed when it reads no more
	gone   bool            // it has closed or reset the connection
	failed bool            // and it is to return an error
}

// play does the acts of s on c. Its reader may go on behind that.
func (s side) play(c client, words []byte, unit time.Duration, over <-chan struct{}) *player {
	p := &player{side: s, c: c, unit: unit, over: over, reader: make(chan struct{})}
	go p.read()
	for _, a := range s.acts {
		p.do(a, words)
	}
	return p
}

func (p *player) read() {
	defer close(p.reader)
	buf := make([]byte, p.buffer)
	for p.most < 0 || len(p.got) < p.most {
		most := len(buf)
		if p.most >= 0 {
			most = min(most, p.most-len(p.got))
		}
		n, err := p.c.Read(buf[:most])
		p.got = append(p.got, buf[:n]...)
		if err != nil {
			p.end = err
			return
		}
	}
}

func (p *player) do(a act, words []byte) {
	switch a.do {
	case doWrite:
		n, err := p.c.Write(words[len(p.wrote) : len(p.wrote)+a.n])
		p.wrote = words[:len(p.wrote)+n]
		p.torn = p.torn || errors.Is(err, syscall.ECONNRESET)
	case doSleep:
		select {
		case <-time.After(time.Duration(a.n) * p.unit):
		case <-p.over:
		}
	case doCloseWrite:
		p.c.CloseWrite()
	case doClose:
		p.leave(p.c.Close)
	case doReset:
		p.leave(p.c.Reset)
	case doFail:
		p.failed = true
	}
}

// leave ends the connection.
func (p *player) leave(end func() error) {
	select {
	case <-p.reader:
		p.left = p.end == nil || isTimeout(p.end)
	default:
		p.left = true
	}
	p.gone = true
	end()
}

// finish waits for the other side's end, but not for ever, and closes.
func (p *player) finish(patience time.Duration) {
	if !p.gone {
		if p.waits {
			p.c.SetReadDeadline(time.Now().Add(patience))
			<-p.reader
		}
		p.leave(p.c.Close)
	}
	<-p.reader
}

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
