package fakeserver_test

import (
	"io"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestPacketHandlers(t *testing.T) {
	var log buffer
	for _, tt := range []struct {
		why     string
		handler fakeserver.PacketHandler
		send    string
		want    string
	}{
		{"reply answers and logs", fakeserver.PacketReply{Data: "Hello from UDP server", Logf: log.logf}, "Hello from UDP client", "Hello from UDP server"},
		{"lines are upper-cased", fakeserver.PacketLines{}, "one\r\ntwo", "ONE\r\nTWO"},
		{"the answer is the handler's", fakeserver.PacketLines{Answer: func(s string) string { return s + s }}, "ab\n", "abab\n"},
		{"too long a line gets none", fakeserver.PacketLines{MaxBytes: 3}, "1234", ""},
	} {
		t.Run(tt.why, func(t *testing.T) {
			srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: tt.handler})
			c := dialUDP(t, srv)
			send(t, c, tt.send)
			if tt.want != "" {
				wantRead(t, c, tt.want)
				return
			}
			wait(t, srv, func(tr transcript.Transcript) bool {
				return strings.Contains(tr.String(), "line too long: over 3")
			})
		})
	}
	if !strings.HasPrefix(log.String(), "127.0.0.1:") || !strings.HasSuffix(log.String(), ": Hello from UDP client\n") {
		t.Errorf("logged %q", log.String())
	}
}

func TestPacketDiscardCopiesWhatArrives(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketDiscard{To: w}})
	send(t, dialUDP(t, srv), "hello")
	wantRead(t, r, "hello")
}
