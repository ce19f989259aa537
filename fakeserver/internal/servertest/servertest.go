// Package servertest has what the tests of fakeserver and of the packages below it share.
package servertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Patience bounds waits for events: how long they take does not matter.
const Patience = 20 * time.Second

// Plan returns a plan without a seed.
func Plan(rules ...fault.Rule) fault.Plan { return fault.Plan{Rules: rules} }

// Wait waits until cond holds for the server's record.
func Wait(t testing.TB, srv fakeserver.Wire, cond func(transcript.Transcript) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	if err := srv.Wait(ctx, cond); err != nil {
		t.Fatal(err)
	}
}

// Ended returns the condition that the socket of connection n is closed.
func Ended(n int) func(transcript.Transcript) bool {
	return func(tr transcript.Transcript) bool {
		return tr.Conn(n).Kind(transcript.Close).Len() > 0
	}
}

// WantEnding checks how connection n ended.
func WantEnding(t testing.TB, tr transcript.Transcript, n int, from, to transcript.Ending) {
	t.Helper()
	c := tr.Conn(n)
	if f, g := c.Ending(transcript.FromClient), c.Ending(transcript.ToClient); f != from || g != to {
		t.Errorf("conn %d ended: client by %v, server by %v; want %v and %v\n%v", n, f, g, from, to, c)
	}
}

// WantError checks an error by errors.Is, unless is is nil, and by its words.
func WantError(t testing.TB, what string, err, is error, words ...string) {
	t.Helper()
	if err == nil || is != nil && !errors.Is(err, is) {
		t.Errorf("%s: error %v, want %v", what, err, is)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: error does not say %q: %v", what, w, err)
		}
	}
}

// Descriptors counts this process's open files. Where that can't be done, it skips the test.
func Descriptors(t testing.TB) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc/self/fd here")
	}
	return len(all)
}

// Expect is for handlers: it reads exactly these bytes, and nothing more.
func Expect(c *fakeserver.Conn, want string) error {
	p := make([]byte, len(want))
	if n, err := io.ReadFull(c, p); err != nil || string(p) != want {
		return fmt.Errorf("read %q, %w; want %q", p[:n], err, want)
	}
	return nil
}

// Says is a handler that waits for a request of two bytes, "go", and sends text.
func Says(text string) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		if err := Expect(c, "go"); err != nil {
			return err
		}
		_, err := io.WriteString(c, text)
		return err
	})
}

// Brief returns p for a message.
func Brief(p []byte) string {
	if len(p) > 80 {
		return fmt.Sprintf("%d bytes %.40q…", len(p), p)
	}
	return fmt.Sprintf("%q", p)
}

// WriteCut writes p in pieces of these sizes, again and again.
func WriteCut(c io.Writer, p []byte, pieces []int) (sum int, err error) {
	for i := 0; sum < len(p) && err == nil; i++ {
		var n int
		n, err = c.Write(p[sum:min(len(p), sum+pieces[i%len(pieces)])])
		sum += n
	}
	return sum, err
}

// Words returns the first n bytes of what a side of a connection writes.
func Words(conn int, side string, n int) []byte {
	r := rand.New(rand.NewPCG(uint64(conn), uint64(len(side))))
	p := make([]byte, n)
	for i := range p {
		p[i] = "ab"[r.IntN(2)]
	}
	return p
}

// Greets is a handler that speaks first, and then ends.
func Greets(text string, end func(*fakeserver.Conn) error) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		if _, err := io.WriteString(c, text); err != nil {
			return err
		}
		return end(c)
	})
}

// Dial connects to a server that may reset the connection at once.
func Dial(srv fakeserver.Wire) (net.Conn, error) {
	c, err := net.Dial("tcp", srv.Address())
	if err == nil {
		c.SetDeadline(time.Now().Add(Patience))
	}
	return c, err
}
