package fakeserver_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// deepIn calls itself n times, and then waits for what does not come.
func deepIn(n int, never <-chan bool) {
	if n == 0 {
		waitForNothing(never)
		return
	}
	deepIn(n-1, never)
}

func waitForNothing(never <-chan bool) { <-never }

func otherWait(never <-chan bool) { <-never }

// closeStuck closes a server of which n connections hang, and returns what it says.
func closeStuck(t *testing.T, n int, hang func(n int, never <-chan bool)) string {
	t.Helper()
	var network nettest.Network
	never := make(chan bool)
	srv, err := fakeserver.Listen(fakeserver.Config{Transport: &network, Handler: fakeserver.HandlerFunc(
		func(ctx context.Context, c *fakeserver.Conn) error { hang(c.Number(), never); return nil })})
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		c, err := network.DialContext(context.Background(), "tcp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		synctest.Wait()
	}
	err = srv.Close()
	close(never)
	if err == nil {
		t.Fatal("Close waited for the handlers")
	}
	return err.Error()
}

// aboutConn returns what an error says of a connection.
func aboutConn(text string, n int) string {
	_, rest, _ := strings.Cut(text, fmt.Sprintf("Close: conn %d:", n))
	rest, _, _ = strings.Cut(rest, "fakeserver: ")
	return rest
}

func TestCloseShowsWhereEachHandlerHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := closeStuck(t, 2, func(n int, never <-chan bool) {
			if n == 1 {
				waitForNothing(never)
			} else {
				otherWait(never)
			}
		})
		for n, frames := range []string{"waitForNothing", "otherWait"} {
			about := aboutConn(text, n+1)
			if !regexp.MustCompile(`\ngoroutine \d+ \[chan receive.*\]:\n.*\.` + frames + `\(.*\n\t.*server_stack_test.go:\d+`).MatchString(about) {
				t.Errorf("conn %d: it does not show that it hangs in %s:\n%s", n+1, frames, about)
			}
			for _, not := range []string{").serve(", "created by", []string{"otherWait", "waitForNothing"}[n]} {
				if strings.Contains(about, not) {
					t.Errorf("conn %d: it shows %q:\n%s", n+1, not, about)
				}
			}
		}
	})
}

func TestCloseBoundsTheStacksThatItShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := closeStuck(t, 5, func(n int, never <-chan bool) { deepIn(30, never) })
		if got := strings.Count(text, "\ngoroutine "); got != 3 {
			t.Errorf("%d stacks, want 3:\n%s", got, text)
		}
		about := aboutConn(text, 1)
		if got := strings.Count(about, "server_stack_test.go:"); got < 14 || got > 16 || !strings.Contains(about, " frames …\n") || !strings.Contains(about, "waitForNothing") {
			t.Errorf("%d frames, want the innermost 8 and the outermost 8:\n%s", got, about)
		}
	})
}

func TestCloseShowsWhereADatagramsHandlerHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var network nettest.Network
		never := make(chan bool)
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: &network, Handler: fakeserver.PacketHandlerFunc(
			func(context.Context, fakeserver.Packet, fakeserver.PacketWriter) error {
				waitForNothing(never)
				return nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		c, err := network.DialContext(context.Background(), "udp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		send(t, c, "x")
		synctest.Wait()
		err = srv.Close()
		close(never)
		wantError(t, "Close", err, nil, "peer 1, datagram 1", ".waitForNothing(", "server_stack_test.go:")
	})
}
