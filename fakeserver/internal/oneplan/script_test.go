package oneplan_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// A streamScript is what a client and a handler do on each connection. What they
// write depends only on the connection's number.
type streamScript struct {
	client  func(c *impatient, conn int) (got string, err error)
	handler func(c net.Conn, conn int)
}

// conns is how many connections a script has, one after the other.
const conns = 3

// text returns the lines of one side, which fill more than one 1460-byte cell.
func text(conn int, side string, lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "conn %d %s line %d\n", conn, side, i+1)
	}
	return b.String()
}

// exchange is a script of one request and one answer, which begins after the whole request. So
// neither depends on how far the other has come.
var exchange = streamScript{
	client: func(c *impatient, conn int) (string, error) {
		request := text(conn, "request", 80)
		_, err := writeCut(c, request, 700)
		if err == nil {
			err = c.CloseWrite()
		}
		got, readErr := io.ReadAll(c)
		return string(got), errors.Join(err, readErr)
	},
	handler: func(c net.Conn, conn int) {
		if _, err := io.Copy(io.Discard, c); err == nil {
			writeCut(c, text(conn, "answer", 80), 1000)
		}
	},
}

// dialogue is a script of three lines each way, strictly alternating, with a pause before each:
// for rules that follow the clock.
var dialogue = inTurn(breath)

// breathless is a dialogue without pauses, except one before its end.
var breathless = inTurn(0)

// inTurn returns a dialogue. Before the client's end there is a pause longer than zero, since the
// server may come to its own end at the moment of its last answer.
func inTurn(pause time.Duration) streamScript {
	return streamScript{client: func(c *impatient, conn int) (got string, err error) {
		c.SetDeadline(time.Now().Add(patience / (conns + 1))) // for a line whose end was corrupted, which never ends
		answers := bufio.NewReader(c)
		for i := range 3 {
			time.Sleep(pause)
			fmt.Fprintf(c, "conn %d request line %d\n", conn, i+1)
			line, err := answers.ReadString('\n')
			if got += line; err != nil {
				return got, noEOF(err)
			}
		}
		time.Sleep(breath)
		c.CloseWrite()
		rest, err := io.ReadAll(answers)
		return got + string(rest), err
	},
		handler: func(c net.Conn, conn int) {
			requests := bufio.NewScanner(c)
			for i := 1; requests.Scan(); i++ {
				fmt.Fprintf(c, "conn %d answer ", conn) // two Writes, which are recorded as two
				fmt.Fprintf(c, "line %d\n", i)
			}
		}}
}

// breath is longer than the delays of plans for dialogues, and longer than zero.
const breath = 3 * time.Millisecond

func noEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

func writeCut(w io.Writer, text string, piece int) (sum int, err error) {
	for sum < len(text) && err == nil {
		var n int
		n, err = io.WriteString(w, text[sum:min(len(text), sum+piece)])
		sum += n
	}
	return sum, err
}

// An impatient client does not wait for more once it has read enough.
type impatient struct {
	net.Conn
	mu     sync.Mutex // guards what follows
	got    int
	enough int // negative: never
}

func (c *impatient) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got += n
	c.judgeLocked()
	return n, err
}

// giveUpAfter sets how much is enough.
func (c *impatient) giveUpAfter(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.enough = n
	c.judgeLocked()
}

func (c *impatient) judgeLocked() {
	if c.enough >= 0 && c.got >= c.enough {
		c.SetReadDeadline(time.Now())
	}
}

func (c *impatient) CloseWrite() error {
	return c.Conn.(interface{ CloseWrite() error }).CloseWrite()
}
