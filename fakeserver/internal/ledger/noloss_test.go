package ledger_test

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// account checks the ledger of each connection of a run that is over.
func (r *run) account() error {
	tr, p := r.srv.Transcript(), r.plan
	p.Seed = r.srv.Report().Seed
	var errs []error
	for i := range r.dealings {
		n := i + 1
		if err := (ledger{tr.Conn(n), r.clients[i], r.handlers[n], p, n, r.closeAt > 0, false, exitsBy(p)}).check(); err != nil {
			errs = append(errs, fmt.Errorf("conn %d: %w\n%v", n, err, tr.Conn(n)))
		}
	}
	return errors.Join(errs...)
}

// In virtual time, over some 3,500 connections by default, and in CI over ten times as many: what is written is
// delivered or named, whatever the two sides and the plan do.
func TestEveryByteIsDeliveredOrNamed(t *testing.T) {
	check(t, 1000, func(rt *rapid.T) {
		s := drawSchedule(rt, wirePlan{length: 2000, unit: time.Second, directions: both, forever: true}, 6)
		var err error
		synctest.Test(t, func(*testing.T) {
			net := newMemory(s.window)
			r, listenErr := s.start(net)
			if err = listenErr; err == nil {
				err = errors.Join(r.play(net.dial), r.account())
			}
		})
		if err != nil {
			rt.Fatalf("%v\n%v", s, err)
		}
	})
}

// The same on loopback.
func TestEveryByteIsDeliveredOrNamedOnLoopback(t *testing.T) {
	check(t, 60, func(rt *rapid.T) {
		s := drawSchedule(rt, wirePlan{length: 2000, unit: 300 * time.Microsecond, directions: both, forever: true}, 6)
		r, err := s.start(nil)
		if err == nil {
			err = errors.Join(r.play(func() (client, error) {
				c, err := net.Dial("tcp", r.srv.Addr())
				if err != nil {
					return nil, err
				}
				return resetTCP{c.(*net.TCPConn)}, nil
			}), r.account())
		}
		if err != nil {
			rt.Fatalf("%v\n%v", s, err)
		}
	})
}
