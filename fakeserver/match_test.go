package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A rule that waits for a match looks at what has arrived: it costs a handler no read and the
// record no event, and acts exactly where the match ends.

// A matchNetwork starts a server, and has a client of it do something.
type matchNetwork func(t *testing.T, h fakeserver.Handler, p fault.Plan, client func(*testing.T, *fakeserver.Server, net.Conn))

// socketNetworks can show what has arrived without giving it away.
var socketNetworks = map[string]matchNetwork{
	"tcp": func(t *testing.T, h fakeserver.Handler, p fault.Plan, client func(*testing.T, *fakeserver.Server, net.Conn)) {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: h, Faults: p})
		client(t, srv, dial(t, srv))
	},
	"unix": func(t *testing.T, h fakeserver.Handler, p fault.Plan, client func(*testing.T, *fakeserver.Server, net.Conn)) {
		srv := fakeserver.Start(t, fakeserver.Config{Network: "unix", Addr: unixPath(t), Handler: h, Faults: p})
		client(t, srv, dialUnix(t, srv))
	},
}

// matchNetworks has one that can't, too.
var matchNetworks = map[string]matchNetwork{
	"tcp": socketNetworks["tcp"], "unix": socketNetworks["unix"],
	"pipe": func(t *testing.T, h fakeserver.Handler, p fault.Plan, client func(*testing.T, *fakeserver.Server, net.Conn)) {
		synctest.Test(t, func(t *testing.T) {
			net := newPipes()
			srv, err := fakeserver.Listen(fakeserver.Config{Transport: net, Handler: h, Faults: p})
			if err != nil {
				t.Fatal(err)
			}
			defer srv.Close()
			client(t, srv, net.dial(t))
		})
	},
}

// beforeMatch is full of beginnings of the match that ends it.
var beforeMatch = strings.Repeat("EN-EEN", 2000) + "EEND"

var matchStops = map[string]struct {
	fault   fault.Fault
	handler error // what its last Read gives
}{
	"reset":      {fault.Reset{}, fault.ErrInjected},
	"close":      {fault.Close{}, fault.ErrInjected},
	"half-close": {fault.HalfClose{}, nil},
	"stall":      {fault.Stall{}, net.ErrClosed},
	"hold":       {fault.Hold{Gate: gate}, nil},
}

const afterMatch = "END of it, and then END again"

// Exactly what comes up to the match's end is taken, however the client's writes are cut.
func TestMatchIsExactlyWhereReadingStops(t *testing.T) {
	for network, start := range matchNetworks {
		for name, stop := range matchStops {
			if network == "unix" && name == "reset" {
				continue // it has none
			}
			for _, piece := range []int{1 << 20, 5000, 999, len(beforeMatch) - 2} {
				t.Run(fmt.Sprintf("%s/%s/writes of %d", network, name, piece), func(t *testing.T) {
					read := make(chan string, 2)
					handler := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
						first, _ := io.ReadAll(io.LimitReader(c, int64(len(beforeMatch))))
						read <- string(first)
						rest, err := io.ReadAll(c)
						read <- string(rest)
						if !errors.Is(err, stop.handler) {
							t.Errorf("the handler's last Read gave %v, want %v", err, stop.handler)
						}
						return nil
					})
					start(t, handler, plan(fault.FromClient(stop.fault).AfterMatch("EEND")), func(t *testing.T, srv *fakeserver.Server, c net.Conn) {
						talkUpToMatch(t, srv, c, name, piece, read)
					})
				})
			}
		}
	}
}

// talkUpToMatch is the client, and checks what the handler has read.
func talkUpToMatch(t *testing.T, srv *fakeserver.Server, c net.Conn, stop string, piece int, read <-chan string) {
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if _, err := writeCut(c, []byte(beforeMatch+afterMatch), []int{piece}); err == nil && stop != "stall" {
			closeWriteOr(c)
		}
	}()
	wantMatchStop(t, srv)
	got, want := <-read, beforeMatch
	switch stop {
	case "hold":
		srv.Release(gate)
		want += afterMatch
	case "stall":
		srv.Close()
	}
	if got += <-read; got != want {
		t.Errorf("the handler got %d bytes, want %d", len(got), len(want))
	}
	c.Close()
	<-sent
	srv.Close()
	if got := srv.Transcript().Kind(transcript.Data).FromClient(); string(got) != want {
		t.Errorf("%d bytes are recorded as the handler's, want %d", len(got), len(want))
	}
}

// closeWriteOr ends what c writes, or c where that is the only way.
func closeWriteOr(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	} else {
		c.Close()
	}
}

// wantMatchStop waits for the rule, and checks that nothing more was read until then.
func wantMatchStop(t *testing.T, srv *fakeserver.Server) {
	t.Helper()
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Faults() != nil })
	read := 0
	for e := range srv.Transcript().All() {
		if e.Kind == transcript.Fault {
			if e.Offset != int64(len(beforeMatch)) || read != len(beforeMatch) {
				t.Errorf("the rule acted at %d, after %d bytes were read; the match ends at %d", e.Offset, read, len(beforeMatch))
			}
			return
		}
		if e.Direction == transcript.FromClient {
			read += len(e.Data)
		}
	}
}

// A match that never comes costs no more than an offset that is never reached: 1 MiB was a
// million events once.
func TestMatchThatNeverComesIsRecordedInLargePieces(t *testing.T) {
	for network, start := range socketNetworks {
		t.Run(network, func(t *testing.T) {
			start(t, fakeserver.Discard{}, plan(fault.FromClient(fault.Close{}).AfterMatch("\n").NeedNotFire()), func(t *testing.T, srv *fakeserver.Server, c net.Conn) {
				writeCut(c, make([]byte, 1<<20), []int{64 << 10})
				c.(interface{ CloseWrite() error }).CloseWrite()
				wantAll(t, c, "", io.EOF)
				wait(t, srv, ended(1))
				if n := srv.Transcript().Len(); n > 1<<10 {
					t.Errorf("%d events of 1 MiB, want one for a KiB at most", n)
				}
			})
		})
	}
}

// A handler's reads are the client's writes, one for one, as long as each waits for the
// other: also while rules wait for what does not come.
func TestMatchThatNeverComesLeavesReadsAsTheyAre(t *testing.T) {
	writes := []int{1, 6000, 100, 4096, 4097, 3, 9000, 12_000, 700}
	for name, rules := range map[string][]fault.Rule{
		"no rule":   nil,
		"offset":    {fault.FromClient(fault.Close{}).AfterBytes(1 << 30)},
		"match":     {fault.FromClient(fault.Close{}).AfterMatch("EEND")},
		"a few":     {fault.FromClient(fault.Stall{}).AfterBytes(500).AfterMatch("\n"), fault.FromClient(fault.HalfClose{}).AfterMatch("EEND"), fault.FromClient(fault.Slice{Size: 1}).AfterMatch("\n")},
		"other way": {fault.ToClient(fault.Close{}).AfterMatchIn(transcript.FromClient, "EEND"), fault.ToClient(fault.Latency{Delay: 1}).AfterMatchIn(transcript.FromClient, "EEN").AfterEveryMatch("EEN").ForBytes(1)},
		"no chance": {fault.FromClient(fault.Close{}).AfterMatch("EE").WithProbability(0), fault.FromClient(fault.Stall{}).AfterBytes(2000).WithProbability(0)},
	} {
		for network, start := range socketNetworks {
			for i := range rules {
				rules[i] = rules[i].NeedNotFire()
			}
			t.Run(name+"/"+network, func(t *testing.T) {
				reads := make(chan int, 1)
				handler := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
					p := make([]byte, 64<<10)
					for {
						n, err := c.Read(p)
						if reads <- n; err != nil {
							return nil
						}
					}
				})
				start(t, handler, plan(rules...), func(t *testing.T, srv *fakeserver.Server, c net.Conn) {
					for i, n := range writes {
						send(t, c, beforeMatch[:n])
						if got := <-reads; got != n {
							t.Fatalf("number %d was a write of %d bytes and a read of %d", i+1, n, got)
						}
					}
				})
			})
		}
	}
}
