package scenarios_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// A deadline is exact in memory, and costs no real time.
func TestInMemoryTimeIsTheBubbles(t *testing.T) {
	var mu sync.Mutex // guards took: deadlines pass abreast
	var took []time.Duration
	hours := func() scenarios.TCPClient {
		return scenarios.TCPClient{Handler: pongs, Want: "PONG", Within: 3 * time.Hour, Do: func(ctx context.Context, addr string) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, 2*time.Hour)
			defer cancel()
			began := time.Now()
			answer, err := until(ctx, addr)
			if err != nil {
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
			}
			return answer, err
		}}
	}
	began := time.Now()
	if err := scenarios.RunInMemory(t.Context(), t, scenarios.HonorsDeadline, hours); err != nil {
		t.Error(err)
	}
	if real := time.Since(began); real > time.Hour || len(took) == 0 {
		t.Errorf("%d deadlines passed in %v", len(took), real)
	}
	for _, d := range took {
		if d != 2*time.Hour {
			t.Errorf("a deadline of 2h passed after %v", d)
		}
	}
}

// until is pingBy with the deadline of ctx.
func until(ctx context.Context, addr string) (string, error) {
	conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	return pingOn(conn)
}

// A run that is interrupted in the middle leaves the bubble behind, and says so.
func TestInMemoryIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	outside := make(chan bool)
	err := scenarios.RunInMemory(ctx, t, scenarios.ReportsReset, func() scenarios.TCPClient {
		c := pinger()
		c.Do = func(context.Context, string) (string, error) {
			cancel(why)
			<-outside // during which the bubble's clock stands still
			return "", nil
		}
		return c
	})
	if !errors.Is(err, scenarios.ErrInconclusive) || !errors.Is(err, why) {
		t.Errorf("interrupted: %v, want ErrInconclusive and %v", err, why)
	}
}

// A subject that does not ask for the network has broken no promise, whatever came of it.
func TestInMemoryASubjectHasToAskForTheNetwork(t *testing.T) {
	client := func() scenarios.TCPClient {
		return scenarios.TCPClient{Handler: pongs, Do: ping, Want: "PONG", Within: time.Second}
	}
	logger := func() scenarios.NetworkLogger {
		return scenarios.NetworkLogger{Within: time.Second, Open: func(_ context.Context, addr string) (scenarios.Log, error) {
			conn, err := net.Dial("tcp", addr)
			return scenarios.Log{Print: func(line string) { fmt.Fprintln(conn, line) }}, err
		}}
	}
	for kind, err := range map[string]error{
		"client": scenarios.RunInMemory(t.Context(), t, scenarios.ReportsReset, client),
		"logger": scenarios.RunInMemory(t.Context(), t, scenarios.LinesArriveWholeOnceInOrder, logger),
	} {
		if !errors.Is(err, scenarios.ErrSubject) || errors.Is(err, scenarios.ErrBroken) || errors.Is(err, scenarios.ErrInconclusive) {
			t.Errorf("%s: %v\nwant ErrSubject, and nothing else", kind, err)
		}
	}
}

// What keeps a bubble from being made is said.
func TestInMemoryThereIsNoBubbleInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if said := fmt.Sprint(recover()); !strings.Contains(said, "within a synctest bubble") {
				t.Errorf("RunInMemory panicked with %q", said)
			}
		}()
		scenarios.RunInMemory(t.Context(), t, scenarios.ReportsReset, pinger)
	})
}

// A subject that never waits is left behind.
func TestInMemoryIsBoundedInRealTime(t *testing.T) {
	test, outside := t.Context(), make(chan bool)
	err := scenarios.RunInMemory(scenarios.WithRealBound(test, 100*time.Millisecond), t, scenarios.ReportsReset, func() scenarios.TCPClient {
		c := pinger()
		c.Do = func(context.Context, string) (string, error) {
			for turns := 0; test.Err() == nil; turns++ {
			}
			<-outside // so that it does not outlive the test
			return "", nil
		}
		return c
	})
	if !errors.Is(err, scenarios.ErrInconclusive) || !strings.Contains(err.Error(), "after 100ms of real time") {
		t.Errorf("%v, want ErrInconclusive for want of time", err)
	}
}

// For a context that is not a subject's, the network is the kernel's.
func TestNetworkOfIsTheKernelsElsewhere(t *testing.T) {
	n := scenarios.NetworkOf(t.Context())
	pc, err := n.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	c, err := n.DialContext(t.Context(), "udp", pc.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 16)
	pc.SetDeadline(time.Now().Add(10 * time.Second))
	if n, _, err := pc.ReadFrom(p); err != nil || string(p[:n]) != "hello" {
		t.Errorf("ReadFrom = %q, %v", p[:n], err)
	}
}
