package nettest_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// In a bubble an hour on the way takes no time, and everything that was logged before Close arrives.
func loggerUnderLatency(tb fakeserver.TB) {
	var network nettest.Network
	srv := fakeserver.Start(tb, fakeserver.Config{Transport: &network, Faults: fault.Plan{Rules: []fault.Rule{
		fault.FromClient(fault.Latency{Delay: time.Hour}),
	}}})
	conn, err := srv.Dial(context.Background())
	if err != nil {
		tb.Fatalf("%v", err)
	}
	log := slog.New(slog.NewTextHandler(conn, nil))
	for i := range 100 {
		log.Info("a line", "number", i)
	}
	conn.Close()

	began := time.Now()
	time.Sleep(2 * time.Hour)
	got := srv.Transcript()
	if n := len(got.Lines()); n != 100 || got.Ending(transcript.FromClient) != transcript.ByFIN {
		tb.Errorf("%d lines after %v, want 100\n%v", n, time.Since(began), got)
	}
}

func ExampleBubble() {
	_ = func(t *testing.T) { // such as TestLogger
		nettest.Bubble(t, loggerUnderLatency)
	}
}
