package fakeserver_test

import (
	"context"
	"errors"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A handler's error that is in the record is one that Verify knows of.
func TestVerifyKnowsOfWhatIsInTheRecord(t *testing.T) {
	failed := errors.New("a bug in the handler")
	listen := map[string]func() (fakeserver.Wire, error){
		"streams": func() (fakeserver.Wire, error) {
			return fakeserver.Listen(fakeserver.Config{Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
				c.Read(make([]byte, 1))
				return failed
			})})
		},
		"datagrams": func() (fakeserver.Wire, error) {
			return fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketHandlerFunc(
				func(context.Context, fakeserver.Packet, fakeserver.PacketWriter) error { return failed })})
		},
	}
	for name, listen := range listen {
		for range 100 {
			srv, err := listen()
			if err != nil {
				t.Fatal(err)
			}
			c, err := srv.Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			c.Write([]byte("x"))
			wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Error).Len() > 0 })
			if err := srv.Verify(); !errors.Is(err, failed) {
				t.Fatalf("%s: Verify = %v, and the record has\n%v", name, err, srv.Transcript())
			}
			c.Close()
			srv.Stop()
		}
	}
}
