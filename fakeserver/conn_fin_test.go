package fakeserver_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// finless is a listener whose connections can't send a FIN.
type finless struct{ net.Listener }

func (l finless) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return finlessConn{c.(*net.TCPConn)}, nil
}

type finlessConn struct{ *net.TCPConn }

func (finlessConn) CloseWrite() error { return errors.New("no FIN today") }

// A FIN is recorded before it leaves. If it does not, the record takes it back, and takes no bytes
// with it.
func TestCloseWriteThatFailsTakesItsFINBack(t *testing.T) {
	ended := make(chan struct{})
	srv := fakeserver.Start(t, fakeserver.Config{Transport: finlessTransport{}, Handler: fakeserver.HandlerFunc(
		func(ctx context.Context, c *fakeserver.Conn) error {
			defer close(ended)
			c.Write([]byte("abc"))
			if err := c.CloseWrite(); err == nil {
				t.Error("CloseWrite worked")
			}
			return nil
		})})
	dial(t, srv)
	<-ended
	tr := srv.Transcript()
	if n := tr.Kind(transcript.FINUnsent).Len(); n != 1 || tr.Kind(transcript.Unsent).Len() != 0 {
		t.Errorf("%d FINs were taken back, want 1, and no bytes:\n%v", n, tr)
	}
	if got := tr.Conn(1).Ending(transcript.ToClient); string(tr.ToClient()) != "abc" || got != transcript.StillOpen {
		t.Errorf("%q was sent, and then: %v; want it open\n%v", tr.ToClient(), got, tr)
	}
}

// finlessTransport is the kernel's, with finless listeners.
type finlessTransport struct{}

func (finlessTransport) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	return finless{ln}, err
}

func (finlessTransport) ListenPacket(context.Context, string, string) (net.PacketConn, error) {
	return nil, errors.ErrUnsupported
}
