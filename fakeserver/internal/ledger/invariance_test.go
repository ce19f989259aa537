package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// errorClass says what an error of a Read or Write is, so that two can be compared.
func errorClass(err error) string {
	switch {
	case err == nil:
		return "none"
	case err == io.EOF:
		return "end of stream"
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case errors.Is(err, fault.ErrInjected):
		return "injected"
	}
	return err.Error()
}

// A oneWay is bytes that one side sends to the other under a plan.
type oneWay struct {
	plan      fault.Plan
	direction transcript.Direction
	data      []byte
}

// received sends the bytes in pieces and returns what must not depend on those: what
// the receiver got, and its error; the direction's record; and the report. Of the
// handler as the sender, also what its Writes returned.
func (o oneWay) received(t *rapid.T, pieces []int) string {
	heard := make(chan string, 1)
	srv, err := fakeserver.Listen(fakeserver.Config{Faults: o.plan, Handler: fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		if o.direction == transcript.FromClient {
			got, err := io.ReadAll(c)
			heard <- fmt.Sprintf("the handler got %q, then %s", got, errorClass(err))
			return nil
		}
		n, err := writeCut(c, o.data, pieces)
		heard <- fmt.Sprintf("the handler wrote %d, %s", n, errorClass(err))
		return nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	for _, r := range o.plan.Rules {
		if r.Fault.Kind() == (fault.Hold{}).Kind() {
			srv.Release(gate)
		}
	}
	text := o.talk(srv, pieces)
	text += "\n" + <-heard
	srv.Close()
	for _, side := range srv.Transcript().Canonical() {
		if side.Direction == o.direction {
			text += "\n" + transcript.Canonical{side}.String()
		}
	}
	return text + fmt.Sprintf("%v%+v", srv.Report(), srv.Report())
}

// talk does the client's side.
func (o oneWay) talk(srv *fakeserver.Server, pieces []int) string {
	c, err := dialAny(srv)
	if err != nil { // reset while it was connecting
		return o.clientGot(nil, err)
	}
	defer c.Close()
	if o.direction == transcript.FromClient {
		if _, err := writeCut(c, o.data, pieces); err == nil {
			c.(*net.TCPConn).CloseWrite()
		}
	}
	got, err := io.ReadAll(c)
	return o.clientGot(got, err)
}

// clientGot says what the client got, where that is its direction.
func (o oneWay) clientGot(got []byte, err error) string {
	if o.direction == transcript.FromClient {
		return ""
	}
	return fmt.Sprintf("the client got %q, then %s", got, errorClass(err))
}

// A plan's rules decide the same about the same bytes on loopback, however the
// sender cuts its writes.
func TestRandomPlansDecideTheSameHoweverBytesAreCutOnLoopback(t *testing.T) {
	check(t, 60, func(rt *rapid.T) {
		d := rapid.SampledFrom(both).Draw(rt, "direction")
		w := wirePlan{length: between(rt, 1, 3000, "length"), unit: 100 * time.Microsecond, directions: []transcript.Direction{d}}
		o := oneWay{w.draw(rt), d, wordsOf(1, d.String(), w.length)}
		want := o.received(rt, []int{w.length})
		for range between(rt, 2, 4, "ways") {
			most := rapid.SampledFrom([]int{1 + w.length/50, 1 + w.length/5, w.length}).Draw(rt, "largest")
			pieces := rapid.SliceOfN(rapid.IntRange(1+most/4, 1+most), 1, 5).Draw(rt, "pieces")
			if got := o.received(rt, pieces); got != want {
				rt.Fatalf("%#v\nin pieces of %v:\n%s\nwhole:\n%s", o.plan, pieces, got, want)
			}
		}
	})
}
