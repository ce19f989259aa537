package specimen

import (
	"errors"
	"os"
)

// firstIsLost writes, and connects again when that fails. The first write to a connection that the
// collector has closed does not fail.
//
// As in github.com/logstash-plugins/logstash-output-gelf/issues/31, github.com/gliderlabs/logspout/issues/318.
type firstIsLost struct{ wire }

func newFirstIsLost(dial Dialer) Logger { return &firstIsLost{wire{dial: dial, blind: true}} }

func (l *firstIsLost) Print(line string) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 2 {
		if err = l.sendLocked(line + "\n"); err == nil {
			return nil
		}
		l.hangUpLocked()
	}
	return err
}

// tearsLines writes a line again when its write has timed out, on the same connection, on which a part
// of it may be already.
//
// As in github.com/lightningnetwork/lnd/pull/2924, github.com/lib/pq/issues/1395.
type tearsLines struct{ wire }

func newTearsLines(dial Dialer) Logger { return &tearsLines{wire{dial: dial}} }

func (l *tearsLines) Print(line string) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 2 {
		if err = l.sendLocked(line + "\n"); err == nil {
			return nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			l.hangUpLocked()
		}
	}
	return err
}
