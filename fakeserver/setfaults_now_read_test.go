package fakeserver_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Read that is blocked is cut at once, too, by whatever method the handler reads.
func TestNowCutsAReadThatIsBlocked(t *testing.T) {
	for how, read := range map[string]func(c *fakeserver.Conn) error{
		"Read": func(c *fakeserver.Conn) error {
			_, err := c.Read(make([]byte, 9))
			return err
		},
		"WriteTo": func(c *fakeserver.Conn) error {
			_, err := c.WriteTo(new(bytes.Buffer))
			return err
		},
	} {
		for name, tt := range nowFaults {
			if tt.end == nil {
				continue
			}
			t.Run(how+" "+name, func(t *testing.T) {
				result := make(chan error, 1)
				srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
					io.ReadFull(c, make([]byte, 5))
					result <- nil
					result <- read(c)
					return nil
				})})
				c := dial(t, srv)
				send(t, c, "hello")
				<-result
				setFaults(t, srv, fault.FromClient(tt.fault).Now())
				wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Faults()) == 1 })
				if at := srv.Transcript().Faults()[0].Offset; at != 5 {
					t.Errorf("it acted at %d, want 5", at)
				}
				select {
				case err := <-result:
					if name == "HalfClose" {
						wantError(t, how, orEOF(err), io.EOF)
					} else {
						wantError(t, how, err, fault.ErrInjected)
					}
				case <-time.After(patience):
					t.Error("the handler's read goes on")
				}
				wantAll(t, c, "", tt.end)
			})
		}
	}
}

// orEOF returns io.EOF for nil: what WriteTo returns at the end of the stream.
func orEOF(err error) error {
	if err == nil {
		return io.EOF
	}
	return err
}
