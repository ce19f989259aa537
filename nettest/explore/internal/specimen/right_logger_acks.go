package specimen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// acknowledged sends a line until the collector has acknowledged it, on a new connection each time, and
// gives up after a few tries. A line whose acknowledgement is lost is sent twice, as it says.
type acknowledged struct {
	mu   sync.Mutex // guards link
	link link
}

func newAcknowledged(dial Dialer) Logger { return &acknowledged{link: link{dial: dial}} }

func (l *acknowledged) Print(line string) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.link.dial == nil {
		return errors.New("closed")
	}
	const tries = 3
	for try, pause := 1, 10*time.Millisecond; try <= tries; try, pause = try+1, 2*pause {
		if try > 1 {
			time.Sleep(pause)
		}
		if err = l.try(line, timeout/tries); err == nil {
			return nil
		}
	}
	return err
}

func (l *acknowledged) try(line string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	_, err := l.link.call(ctx, func() (string, error) {
		if _, err := io.WriteString(l.link.conn, line+"\n"); err != nil {
			return "", err
		}
		ok, err := l.link.r.ReadString('\n')
		if err == nil && ok != "ok\n" {
			err = fmt.Errorf("the collector says %q", ok)
		}
		return "", err
	})
	return err
}

func (l *acknowledged) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.link.hangUp()
	l.link = link{}
	return nil
}
