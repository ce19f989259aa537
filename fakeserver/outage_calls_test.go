package fakeserver_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// The server's own methods win: Up ends everything, and Down lasts until Up.
func TestOutageAndTheMethodsUpAndDown(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		c := o.dial()
		defer c.Close()
		send(o, c, "hi")
		wantRead(o, c, "hi")
		o.wantRefused("by the rule", true)
		wantNil(o, "Up", o.srv.Up())
		o.wantRefused("after Up", false)
		time.Sleep(time.Hour)
		o.wantRefused("later", false)

		wantNil(o, "Restart", o.srv.Restart(0, time.Minute))
		wantNil(o, "Down", o.srv.Down())
		time.Sleep(time.Hour)
		o.wantRefused("by Down, after Restart", true)
		wantNil(o, "Restart", o.srv.Restart(0, 0))
		o.wantRefused("by Down, before Restart", true)
		wantNil(o, "Up", o.srv.Up())

		wantNil(o, "Restart", o.srv.Restart(transcript.ByRST, time.Minute))
		wantNil(o, "Restart", o.srv.Restart(transcript.ByRST, time.Second))
		o.wantOutage(time.Minute) // the longer one
		wantNil(o, "Restart", o.srv.Restart(transcript.ByRST, fault.Forever))
		time.Sleep(1000 * time.Hour)
		o.wantRefused("for good", true)
	}, fault.ToClient(fault.Down{For: time.Minute}).AfterBytes(2).OnConn(1))
}

func wantNil(t testing.TB, call string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", call, err)
	}
}

func TestRestartEndsWhatThereIs(t *testing.T) {
	for how, end := range restarts {
		inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
			c := o.dial()
			defer c.Close()
			wantNil(o, "Restart", o.srv.Restart(how, 0))
			wantAll(o, c, "", end)
			o.wantRefused("when it is back", false)
			if n := o.srv.Transcript().Kind(transcript.Refused).Len(); n != 1 {
				t.Errorf("the server went down %d times:\n%v", n, o.srv.Transcript())
			}
		})
	}
}

func TestRestartRefusesNonsense(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		wantError(t, "Restart", o.srv.Restart(transcript.ByClose, 0), nil, "ByFIN or ByRST")
		wantError(t, "Restart", o.srv.Restart(0, -1), nil, "want 0 or more")
		o.srv.Close()
		wantError(t, "Restart", o.srv.Restart(0, 0), net.ErrClosed)
	})
	srv := startUnix(t, fakeserver.Echo{})
	wantError(t, "Restart", srv.Restart(transcript.ByRST, 0), errors.ErrUnsupported, "use ByFIN")
}

// Close during an outage ends it: nothing is left.
func TestCloseEndsAnOutage(t *testing.T) {
	for _, d := range []time.Duration{time.Minute, fault.Forever} {
		inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
			c := o.dial()
			defer c.Close()
			send(o, c, "hi")
			wantRead(o, c, "hi")
			began := time.Now()
			wantNil(o, "Close", o.srv.Close())
			if d := time.Since(began); d > 0 {
				t.Errorf("Close took %v", d)
			}
		}, fault.ToClient(fault.Restart{For: d}).AfterBytes(3).NeedNotFire(), fault.ToClient(fault.Down{For: d}).AfterBytes(2))
	}
}

// A server whose dials get no answer refuses them during an outage, and gives no answer after it,
// until Up.
func TestOutageOfAServerThatIgnoresDials(t *testing.T) {
	inOutage(t, fakeserver.Echo{}, func(o *outageTest) {
		c := o.dial()
		defer c.Close()
		wantNil(o, "IgnoreDials", o.srv.IgnoreDials())
		o.wantUnanswered("by IgnoreDials")
		send(o, c, "hi")
		wantRead(o, c, "hi")
		wantError(t, "IgnoreDials", o.srv.IgnoreDials(), nil, "the server is down")
		o.wantRefused("by the rule", true)
		time.Sleep(time.Minute + 1)
		o.wantUnanswered("after the rule's outage")
		wantNil(o, "Restart", o.srv.Restart(transcript.ByRST, 0))
		o.wantUnanswered("after a restart of no time")
		wantNil(o, "Up", o.srv.Up())
		o.wantRefused("after Up", false)
	}, fault.ToClient(fault.Down{For: time.Minute}).AfterBytes(2).OnConn(1))
}
