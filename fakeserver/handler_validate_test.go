package fakeserver_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

var errNoGreeting = errors.New("Greeting is empty")

// A greeter is a user's handler, of both kinds, that says what it needs.
type greeter struct{ Greeting string }

func (g *greeter) Validate() error {
	if g.Greeting == "" {
		return errNoGreeting
	}
	return nil
}

func (g *greeter) ServeConn(ctx context.Context, c *fakeserver.Conn) error {
	_, err := c.Write([]byte(g.Greeting))
	return err
}

func (g *greeter) ServePacket(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	_, err := w.Write([]byte(g.Greeting))
	return err
}

func TestValidateOfAHandler(t *testing.T) {
	var none *greeter
	good, bad := &greeter{"hello"}, &greeter{}
	for _, tt := range []struct {
		why   string
		h     fakeserver.Handler
		is    error
		words []string
	}{
		{"it refuses", bad, errNoGreeting, []string{"Handler *fakeserver_test.greeter: Greeting is empty"}},
		{"a nil pointer is not asked", none, nil, []string{"Handler is a nil *fakeserver_test.greeter"}},
		{"the second of a sequence refuses", fakeserver.Sequence{good, bad}, errNoGreeting,
			[]string{"Handler fakeserver.Sequence: handler 2, *fakeserver_test.greeter: Greeting is empty"}},
		{"a nil pointer in a sequence", fakeserver.Sequence{good, none}, nil, []string{"handler 2 is a nil *fakeserver_test.greeter"}},
		{"one of a sequence in a sequence", fakeserver.Sequence{fakeserver.Sequence{good, good, bad}}, errNoGreeting, []string{"handler 1, fakeserver.Sequence: handler 3"}},
		{"one of our own", fakeserver.Sequence{good, fakeserver.Reply{Max: -1}}, nil, []string{"handler 2, fakeserver.Reply: Max is -1"}},
	} {
		_, err := fakeserver.Listen(fakeserver.Config{Handler: tt.h})
		wantError(t, tt.why, err, fakeserver.ErrConfig, tt.words...)
		wantError(t, tt.why, err, tt.is)
		if n := strings.Count(err.Error(), fakeserver.ErrConfig.Error()); n != 1 {
			t.Errorf("%s: it says so %d times: %v", tt.why, n, err)
		}
	}
	tb := &fakeTB{name: "T"}
	if srv := fakeserver.Start(tb, fakeserver.Config{Handler: bad}); srv != nil || !strings.Contains(tb.fatal, "Greeting is empty") {
		t.Errorf("Start = %v, and says %q", srv, tb.fatal)
	}
	srv := fakeserver.Start(t, fakeserver.Config{Handler: good})
	wantRead(t, dial(t, srv), "hello")
}

func TestValidateOfAPacketHandler(t *testing.T) {
	var none *greeter
	good, bad := &greeter{"hello"}, &greeter{}
	for _, tt := range []struct {
		why   string
		h     fakeserver.PacketHandler
		is    error
		words []string
	}{
		{"it refuses", bad, errNoGreeting, []string{"Handler *fakeserver_test.greeter: Greeting is empty"}},
		{"a nil pointer is not asked", none, nil, []string{"Handler is a nil *fakeserver_test.greeter"}},
		{"the second of a sequence refuses", fakeserver.PacketSequence{good, bad}, errNoGreeting, []string{"handler 2, *fakeserver_test.greeter: Greeting is empty"}},
		{"a nil pointer in a sequence", fakeserver.PacketSequence{none}, nil, []string{"handler 1 is a nil *fakeserver_test.greeter"}},
		{"one of our own", fakeserver.PacketSequence{fakeserver.PacketLines{MaxBytes: -1}}, nil, []string{"handler 1, fakeserver.PacketLines: MaxBytes is -1"}},
	} {
		_, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: tt.h})
		wantError(t, tt.why, err, fakeserver.ErrConfig, tt.words...)
		wantError(t, tt.why, err, tt.is)
	}
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: good})
	c := dialUDP(t, srv)
	send(t, c, "hi")
	wantRead(t, c, "hello")
}
