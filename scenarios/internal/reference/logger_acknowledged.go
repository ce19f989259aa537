package reference

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
)

// Acknowledged returns a TCP logger whose collector answers its greeting and each of its
// lines with an "OK". It waits for that, and until it comes it sends the line again, each
// time on a new connection. So it keeps LosesNothingInAReset.
func Acknowledged(within time.Duration) scenarios.NetworkLogger {
	return acknowledgedBy(acknowledges, within, (*acknowledged).await)
}

// TakesWritesForAnswers breaks LosesNothingInAReset: it goes on when the kernel has taken
// a line, and leaves the answers unread.
func TakesWritesForAnswers(within time.Duration) scenarios.NetworkLogger {
	return acknowledgedBy(acknowledges, within, func(*acknowledged) error { return nil })
}

// Unanswered is Acknowledged with a collector that does not answer: it breaks everything.
func Unanswered(within time.Duration) scenarios.NetworkLogger {
	return acknowledgedBy(nil, within, (*acknowledged).await)
}

func acknowledgedBy(collector fakeserver.Handler, within time.Duration, settle func(*acknowledged) error) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Handler: collector, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		a := &acknowledged{network: scenarios.NetworkOf(ctx), addr: addr, within: within * 3 / 4, settle: settle, turn: make(chan struct{}, 1)}
		a.pause = a.within / 50
		if err := a.send(nil); err != nil {
			return scenarios.Log{}, err
		}
		l := newLog(a)
		return scenarios.Log{
			Print: func(line string) { l.Println(line) },
			Panic: func(line string) { l.Panicln(line) },
			Close: a.Close,
			Err:   a.Err,
			Lost:  a.Lost,
		}, nil
	}}
}

// acknowledges is the collector of Acknowledged.
var acknowledges = fakeserver.Lines{Answer: func(string) string { return "OK" }, MaxBytes: 1 << 20}

// An acknowledged writer sends one line after another.
type acknowledged struct {
	account
	network scenarios.Network
	addr    string
	within  time.Duration               // for a line, with all its tries
	settle  func(a *acknowledged) error // waits until what was sent is where it belongs

	turn    chan struct{} // of room for one, who has what follows
	conn    net.Conn      // nil: not connected
	answers *bufio.Reader
	pause   time.Duration // before the next try, if one fails
}

// Write sends the line p until it is acknowledged.
func (a *acknowledged) Write(p []byte) (int, error) {
	a.turn <- struct{}{}
	defer func() { <-a.turn }()
	if err := a.send(p); err != nil {
		return 0, a.lose(1, err)
	}
	return len(p), nil
}

// send sends a line, or only connects if it is nil.
func (a *acknowledged) send(line []byte) error {
	for end := time.Now().Add(a.within); ; a.pause = min(2*a.pause, a.within/4) {
		err := a.try(line, end)
		if err == nil {
			a.pause = a.within / 50
			return nil
		}
		a.hangUp()
		if time.Until(end) < a.pause {
			return err
		}
		time.Sleep(a.pause)
	}
}

func (a *acknowledged) try(line []byte, end time.Time) error {
	if a.conn == nil {
		if err := a.dial(end); err != nil {
			return err
		}
	}
	if line == nil {
		return nil
	}
	a.conn.SetDeadline(end)
	if _, err := a.conn.Write(line); err != nil {
		return err
	}
	return a.settle(a)
}

func (a *acknowledged) dial(end time.Time) (err error) {
	if a.conn, err = dialWithin(context.Background(), a.network, time.Until(end), "tcp", a.addr); err != nil {
		return err
	}
	a.answers = bufio.NewReader(a.conn)
	a.conn.SetDeadline(end)
	if _, err := io.WriteString(a.conn, "HELLO\n"); err != nil {
		return err
	}
	return a.await()
}

// await waits for one answer.
func (a *acknowledged) await() error {
	answer, err := a.answers.ReadBytes('\n')
	if err == nil && !bytes.Equal(answer, []byte("OK\n")) {
		err = fmt.Errorf("the collector says %q", answer)
	}
	return err
}

func (a *acknowledged) hangUp() {
	if a.conn != nil {
		a.conn.Close()
	}
	a.conn = nil
}

// Close ends the connection: everything that arrived was acknowledged.
func (a *acknowledged) Close() error {
	a.turn <- struct{}{}
	defer func() { <-a.turn }()
	a.hangUp()
	if n := a.Lost(); n > 0 {
		return errors.Join(fmt.Errorf("%d lines are lost", n), a.Err())
	}
	return nil
}
