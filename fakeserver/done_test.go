package fakeserver_test

import (
	"net"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

func TestDoneIsClosedWhenCloseHasEnded(t *testing.T) {
	for why, start := range map[string]func() (done func() <-chan struct{}, end func() error, err error){
		"a server": func() (func() <-chan struct{}, func() error, error) {
			s, err := fakeserver.Listen(fakeserver.Config{})
			return s.Done, s.Close, err
		},
		"a packet server": func() (func() <-chan struct{}, func() error, error) {
			s, err := fakeserver.ListenPacket(fakeserver.PacketConfig{})
			return s.Done, s.Close, err
		},
		"a listener": func() (func() <-chan struct{}, func() error, error) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return nil, nil, err
			}
			l, err := fakeserver.WrapListener(ln, fakeserver.Config{})
			return l.Done, l.Stop, err
		},
		"a packet conn": func() (func() <-chan struct{}, func() error, error) {
			pc, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				return nil, nil, err
			}
			c, err := fakeserver.WrapPacketConn(pc, fakeserver.PacketConfig{})
			return c.Done, c.Close, err
		},
	} {
		t.Run(why, func(t *testing.T) {
			done, end, err := start()
			if err != nil {
				t.Fatal(err)
			}
			select {
			case <-done():
				t.Error("done before Close")
			default:
			}
			if err := end(); err != nil {
				t.Error(err)
			}
			select {
			case <-done():
			default:
				t.Error("not done after Close")
			}
		})
	}
}

// Close of a Listener leaves its connections, and its record, open.
func TestListenerThatIsClosedIsNotDone(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := fakeserver.StartListener(t, ln, fakeserver.Config{})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.Done():
		t.Error("done before Stop")
	default:
	}
}
