package fakeserver_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// What is cut into single bytes is recorded whole, and in not much more memory than that
// takes after its first 65,536 pieces.
func TestSliceIntoSingleBytesIsRecordedInBounds(t *testing.T) {
	const most = 1 << 16
	data := bytes.Repeat([]byte("0123456789abcdef"), 2*most/16)
	for name, rule := range map[string]fault.Rule{
		"ToClient":   fault.ToClient(fault.Slice{Size: 1}),
		"FromClient": fault.FromClient(fault.Slice{Size: 1}),
	} {
		t.Run(name, func(t *testing.T) {
			h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
				if name == "FromClient" {
					_, err := io.Copy(io.Discard, struct{ io.Reader }{c})
					return err
				}
				_, err := c.Write(data)
				return err
			})
			inMemory(t, fakeserver.Config{Handler: h, Faults: plan(rule)}, func(c cell) {
				client := c.dial()
				if name == "FromClient" {
					client.Write(data)
					client.CloseWrite()
				}
				io.Copy(io.Discard, client)
				client.Close()
				c.await(ended(1))
				tr := c.srv.Transcript()
				got := tr.ToClient()
				if name == "FromClient" {
					got = tr.FromClient()
				}
				if !bytes.Equal(got, data) {
					t.Errorf("the record has %d bytes, want %d", len(got), len(data))
				}
				if n := tr.Len(); n > 2*most+1000 {
					t.Errorf("%d events for %d bytes, want little more than %d", n, len(data), 2*most)
				}
				if o := c.srv.Report().Rules[0]; o.Count != int64(len(data)-1) {
					t.Errorf("the report counts %d boundaries, want %d", o.Count, len(data)-1)
				}
			})
		})
	}
}
