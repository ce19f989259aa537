package fakeserver_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a transport's datagram has beyond what is taken of any is named, and nothing else is.
func TestPacketServerNamesADatagramThatIsTooLongForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		below := deafPackets{make(chan string)}
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: below})
		if err != nil {
			t.Fatal(err)
		}
		below.datagrams <- strings.Repeat("x", 64<<10-1)
		below.datagrams <- strings.Repeat("x", 70_000)
		synctest.Wait()
		tr := srv.Transcript()
		if errs := tr.Kind(transcript.Error).String(); tr.Kind(transcript.Error).Len() != 1 || !strings.Contains(errs, "datagram 2 has 65536 bytes or more") {
			t.Errorf("the record does not name the second, and only that:\n%v", tr)
		}
		srv.Close()
		below.datagrams <- "so that the reader ends"
	})
}
