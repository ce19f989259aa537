package fakeserver_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A stop is in the record before the bytes in front of it leave. If they don't, it has not
// acted, and the record says so.
func TestAStopWhoseBytesDidNotLeaveHasNotFired(t *testing.T) {
	for _, f := range []fault.Fault{fault.Stall{For: time.Second}, fault.Hold{Gate: "gate"}} {
		writes := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			_, err := io.WriteString(c, "PONG\n")
			c.Read(make([]byte, 1))
			return err
		})
		bubble(t, writes, plan(fault.ToClient(f).AfterBytes(5).MayNotFire()), func(t *testing.T, srv *fakeserver.Server, network *pipes) {
			client := network.dial(t)
			synctest.Wait() // the answer waits for who reads it
			if n := len(srv.Transcript().Faults()); n != 1 {
				t.Errorf("%v: %d faults in the record, want 1", f.Kind(), n)
			}
			client.Close()
			wait(t, srv, ended(1))
			if r := srv.Report(); r.Rules[0].State == fault.Fired {
				t.Errorf("%v has fired behind bytes that did not leave:\n%v", f.Kind(), r)
			}
			if text := srv.Transcript().String(); !strings.Contains(text, "did not act") {
				t.Errorf("the record does not say that %v did not act:\n%s", f.Kind(), text)
			}
		})
		bubble(t, writes, plan(fault.ToClient(f).AfterBytes(5)), func(t *testing.T, srv *fakeserver.Server, network *pipes) {
			client := network.dial(t)
			wantRead(t, client, "PONG\n")
			synctest.Wait()
			if r := srv.Report(); r.Rules[0].State != fault.Fired || r.Rules[0].Count != 1 {
				t.Errorf("%v behind bytes that left:\n%v", f.Kind(), r)
			}
			if n := len(srv.Transcript().Kind(transcript.Fault).Faults()); n != 1 {
				t.Errorf("%v is in the record %d times", f.Kind(), n)
			}
		})
	}
}
