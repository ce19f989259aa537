package fakeserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// However a client goes on after a large write, the handler and the record have it as after a small one: what looks
// for more before it waits is a read like any other.
func TestReadAfterALargeOne(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 16<<10)
	for _, c := range []struct {
		Why  string
		then func(client *net.TCPConn, srv *fakeserver.Server, conn *fakeserver.Conn)
		is   error // that the handler gets; nil: an end of stream
		from transcript.Ending
		more string
	}{
		{"the client ends its stream", func(client *net.TCPConn, _ *fakeserver.Server, _ *fakeserver.Conn) { client.CloseWrite() }, nil, transcript.ByFIN, ""},
		{"more comes, late and little", func(client *net.TCPConn, srv *fakeserver.Server, _ *fakeserver.Conn) {
			wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.FromClient()) == len(large) })
			client.Write([]byte("more"))
			client.CloseWrite()
		}, nil, transcript.ByFIN, "more"},
		{"the client resets the connection", func(client *net.TCPConn, srv *fakeserver.Server, _ *fakeserver.Conn) {
			wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.FromClient()) == len(large) })
			client.SetLinger(0)
			client.Close()
		}, errReset, transcript.ByRST, ""},
		{"the handler's deadline passes", func(_ *net.TCPConn, srv *fakeserver.Server, conn *fakeserver.Conn) {
			wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.FromClient()) == len(large) })
			conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		}, os.ErrDeadlineExceeded, transcript.ByFIN, ""},
		{"the server is closed", func(_ *net.TCPConn, srv *fakeserver.Server, _ *fakeserver.Conn) {
			wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.FromClient()) == len(large) })
			go srv.Close()
		}, net.ErrClosed, transcript.StillOpen, ""},
	} {
		for range 5 {
			conns, got := make(chan *fakeserver.Conn, 1), make(chan error, 1)
			srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.HandlerFunc(func(_ context.Context, conn *fakeserver.Conn) error {
				conns <- conn
				_, err := conn.WriteTo(io.Discard)
				conn.SetReadDeadline(time.Time{})
				got <- err
				return nil
			})})
			client := dial(t, srv)
			if _, err := client.Write(large); err != nil {
				t.Fatal(err)
			}
			c.then(client, srv, <-conns)
			err := <-got
			var op *net.OpError
			if !errors.Is(err, c.is) || err != nil && (!errors.As(err, &op) || op.Op != "read" || op.Addr == nil) {
				t.Errorf("%s: %#v, want %v as a socket's error", c.Why, err, c.is)
			}
			client.Close()
			wait(t, srv, ended(1))
			if tr := srv.Transcript(); string(tr.FromClient()) != string(large)+c.more || c.is != net.ErrClosed && tr.Conn(1).Ending(transcript.FromClient) != c.from {
				t.Errorf("%s: %d bytes, ended by %v, want %d, by %v\n%v", c.Why, len(tr.FromClient()), tr.Conn(1).Ending(transcript.FromClient), len(large)+len(c.more), c.from, tr)
			}
		}
	}
}
