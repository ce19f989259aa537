package subject

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// patience is what no test waits for in full.
const patience = time.Minute

// In memory it is the ends that the subject did not close, even when the server has ended its side.
func TestLeftNamesConnectionsAndGoroutines(t *testing.T) {
	nettest.Bubble(t, func(tb fakeserver.TB) {
		var network nettest.Network
		srv := fakeserver.Start(tb, fakeserver.Config{Transport: &network, Handler: fakeserver.Echo{}})
		other := fakeserver.Start(tb, fakeserver.Config{Transport: &network})
		if _, err := other.Dial(context.Background()); err != nil { // which is no business of this subject
			tb.Fatalf("%v", err)
		}
		Branded(context.Background(), func(b Brand) error {
			look := func(when string, want ...string) {
				synctest.Wait()
				all := Left(b, srv, &network)
				for i, text := range all {
					all[i], _, _ = strings.Cut(text, "\n")
				}
				if !slices.Equal(all, want) {
					tb.Errorf("%s: left is %q, want %q", when, all, want)
				}
			}
			look("at first")
			conn, err := srv.Dial(context.Background())
			if err != nil {
				tb.Fatalf("%v", err)
			}
			end := make(chan bool)
			go waitsInside(end)
			open := fmt.Sprintf("connection from %v, which was not closed", conn.LocalAddr())
			look("connected", "connection 1, which the client did not end", open, "a goroutine at")
			close(end)
			look("when the goroutine has ended", "connection 1, which the client did not end", open)
			conn.(interface{ CloseWrite() error }).CloseWrite()
			look("when it has ended its side", open)
			conn.Close()
			look("closed")
			return nil
		})
	})
}

// A subject that sends datagrams has no connections that it could leave.
func TestLeftOfDatagramsIsGoroutines(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{})
	conn, err := srv.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	if err := srv.Wait(t.Context(), func(tr transcript.Transcript) bool { return tr.Conns() == 1 }); err != nil {
		t.Fatal(err)
	}
	end := make(chan bool)
	defer close(end)
	Branded(t.Context(), func(b Brand) error {
		if left := Left(b, srv, nil); len(left) != 0 {
			t.Errorf("left is %q, want nothing", left)
		}
		go waitsInside(end)
		if left := Left(b, srv, nil); len(left) != 1 || !strings.HasPrefix(left[0], "a goroutine at\n") {
			t.Errorf("left is %q, want the goroutine", left)
		}
		return nil
	})
}

func TestNothingLeftWaitsForWhatIsAboutToEnd(t *testing.T) {
	for _, c := range []struct {
		Why     string
		ends    time.Duration
		at, to  time.Duration // when it is over
		nothing bool
	}{
		{"nothing is left", 0, 0, 0, true},
		{"it ends in time", time.Second, time.Second, time.Second + 32*time.Millisecond, true},
		{"it stays", time.Hour, time.Minute, time.Minute + 33*time.Millisecond, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			got := NothingLeft(t.Context(), time.Minute, func() []string {
				if time.Since(began) >= c.ends {
					return nil
				}
				return []string{"a thing", "another"}
			})
			if took := time.Since(began); took < c.at || took > c.to {
				t.Errorf("%s: over after %v, want %v to %v", c.Why, took, c.at, c.to)
			}
			if (got == nil) != c.nothing || got != nil && !slices.Equal(got, []string{"a thing", "another"}) {
				t.Errorf("%s: NothingLeft = %q", c.Why, got)
			}
		})
	}
}

func TestNothingLeftIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		got := NothingLeft(ctx, time.Hour, func() []string { return []string{"a thing"} })
		if took := time.Since(began); took != time.Second || len(got) != 1 {
			t.Errorf("NothingLeft = %q after %v, want what is left so far, after a second", got, took)
		}
	})
}
