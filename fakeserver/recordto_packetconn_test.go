package fakeserver_test

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

// What grows in a file ends with either of the two ways to close a PacketConn.
func TestRecordToOfAPacketConnHasItsEnd(t *testing.T) {
	for name, end := range map[string]func(*fakeserver.PacketConn) error{"Close": (*fakeserver.PacketConn).Close, "Stop": (*fakeserver.PacketConn).Stop} {
		t.Run(name, func(t *testing.T) {
			var f file
			pc, err := fakeserver.WrapPacketConn(listenUDP(t), fakeserver.PacketConfig{RecordTo: &f})
			if err != nil {
				t.Fatal(err)
			}
			if err := end(pc); err != nil {
				t.Fatal(err)
			}
			if got := f.recording(t); got.Transcript.Dump() != pc.Transcript().Dump() {
				t.Errorf("the file has\n%s\nand the record\n%s", got.Transcript.Dump(), pc.Transcript().Dump())
			}
		})
	}
}
