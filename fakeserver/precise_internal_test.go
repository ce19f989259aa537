package fakeserver

import (
	"testing"
	"testing/synctest"

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
