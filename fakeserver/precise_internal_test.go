package fakeserver

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/alarm"
)

func TestPreciseDelaysSayHowExactAlarmsAre(t *testing.T) {
	for precise, want := range map[bool]alarm.Grade{false: alarm.Punctual, true: alarm.Precise} {
		srv, psrv := Start(t, Config{PreciseDelays: precise}), StartPacket(t, PacketConfig{PreciseDelays: precise})
		for _, c := range []*core{&srv.core, psrv.core} {
			if got := c.alarmGrade(); got != want {
				t.Errorf("PreciseDelays %v: alarms of grade %d, want %d", precise, got, want)
			}
			synctest.Test(t, func(t *testing.T) {
				if got := c.alarmGrade(); got != alarm.Ordinary {
					t.Errorf("PreciseDelays %v, in a bubble: alarms of grade %d, want %d", precise, got, alarm.Ordinary)
				}
			})
		}
	}
}

// A ReadFrom may be about to wait when Close begins.
func TestPacketConnWaitsForNothingThatIsDueAfterClose(t *testing.T) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := WrapPacketConn(pc, PacketConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.deadlines.wakeAt(time.Now().Add(time.Hour))
	defer c.deadlines.comes.Stop()
	if c.deadlines.comes != (alarm.Alarm{}) {
		t.Error("an alarm is set that nobody stops")
	}
}
