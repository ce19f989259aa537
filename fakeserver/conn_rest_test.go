package fakeserver_test

import (
	"context"
	"io"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What lay in the socket when the server closed is what a handler has not read, with rules and without.
func TestRestIsWhatHadComeBeforeClose(t *testing.T) {
	for why, rules := range map[string][]fault.Rule{
		"no rules":                     nil,
		"a rule that has not acted":    {fault.FromClient(fault.Reset{}).AfterBytes(100).NeedNotFire()},
		"a rule that keeps them back":  {fault.FromClient(fault.Stall{}).AfterBytes(6).NeedNotFire()},
		"a rule that makes bytes late": {fault.FromClient(fault.Latency{Delay: 1})},
	} {
		t.Run(why, func(t *testing.T) {
			var rest, early []byte
			srv := fakeserver.Start(t, fakeserver.Config{Faults: plan(rules...), Handler: fakeserver.HandlerFunc(
				func(ctx context.Context, c *fakeserver.Conn) error {
					_, err := io.ReadFull(c, make([]byte, 4))
					early = c.Rest()
					io.WriteString(c, "!")
					<-ctx.Done()
					rest = c.Rest()
					return err
				})})
			c := dial(t, srv)
			send(t, c, "PING")
			wantRead(t, c, "!")
			send(t, c, "and more")
			srv.Close()
			if string(rest) != "and more" || early != nil {
				t.Errorf("Rest = %q, before that %q; want \"and more\"\n%v", rest, early, srv.Transcript())
			}
			if n := srv.Transcript().Kind(transcript.Close).Len(); n != 1 {
				t.Errorf("%d connections closed", n)
			}
		})
	}
}
