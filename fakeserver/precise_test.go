package fakeserver_test

import (
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

const preciseDelay = 3 * time.Millisecond

// preciseRows are what may be late: an exchange of two bytes takes at least as long as the rule says.
var preciseRows = []struct {
	what      string
	rule      fault.Rule
	datagrams bool
	least     time.Duration
}{
	{"latency to the client", fault.ToClient(fault.Latency{Delay: preciseDelay}), false, preciseDelay},
	{"latency to the handler", fault.FromClient(fault.Latency{Delay: preciseDelay}), false, preciseDelay},
	{"bandwidth", fault.ToClient(fault.Bandwidth{BytesPerSecond: 500, Burst: 1}), false, 2 * time.Millisecond},
	{"a pause between pieces", fault.ToClient(fault.Slice{Size: 1, Pause: preciseDelay}), false, preciseDelay},
	{"a stall", fault.ToClient(fault.Stall{For: preciseDelay}), false, preciseDelay},
	{"a stall of what the client sends", fault.FromClient(fault.Stall{For: preciseDelay}).AfterBytes(1), false, preciseDelay},
	{"a stall before the handler", fault.OnAccept(fault.Stall{For: preciseDelay}), false, preciseDelay},
	{"a datagram's latency to the client", fault.ToClient(fault.Latency{Delay: preciseDelay}), true, preciseDelay},
	{"a datagram's latency to the handler", fault.FromClient(fault.Latency{Delay: preciseDelay}), true, preciseDelay},
}

func TestPreciseDelaysAreNeverEarly(t *testing.T) {
	for _, row := range preciseRows {
		t.Run(row.what, func(t *testing.T) {
			network, srv := startPrecise(t, plan(row.rule), row.datagrams)
			began := time.Now()
			exchangeTwo(t, network, srv.Address())
			if took := time.Since(began); took < row.least {
				t.Errorf("took %v, want %v or more", took, row.least)
			}
			if err := srv.Verify(); err != nil {
				t.Error(err)
			}
		})
	}
}

func startPrecise(t *testing.T, p fault.Plan, datagrams bool) (network string, srv fakeserver.Wire) {
	if datagrams {
		return "udp", fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: p, PreciseDelays: true})
	}
	return "tcp", fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: p, PreciseDelays: true})
}

// exchangeTwo sends two bytes, and waits until they have come back.
func exchangeTwo(t *testing.T, network, addr string) {
	t.Helper()
	c, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, "ab"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
}

// A PacketConn's reader sleeps in the socket, and not for what is late.
func TestPreciseDelayOfAPacketConn(t *testing.T) {
	below, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pc := fakeserver.StartPacketConn(t, below, fakeserver.PacketConfig{
		Faults: plan(fault.FromClient(fault.Latency{Delay: preciseDelay})), PreciseDelays: true,
	})
	began := time.Now()
	io.WriteString(dialUDP(t, pc), "late")
	pc.SetReadDeadline(time.Now().Add(patience))
	p := make([]byte, 10)
	n, _, err := pc.ReadFrom(p)
	if took := time.Since(began); err != nil || string(p[:n]) != "late" || took < preciseDelay {
		t.Errorf("after %v: ReadFrom = %q, %v, want %q, nil after %v or more", took, p[:n], err, "late", preciseDelay)
	}
	pc.SetReadDeadline(time.Now().Add(time.Millisecond)) // counts, though an alarm has moved the socket's
	if _, _, err := pc.ReadFrom(p); err == nil || !err.(net.Error).Timeout() {
		t.Errorf("ReadFrom after its deadline: error %v, want a timeout", err)
	}
}

func TestPreciseDelaysLeaveNoGoroutine(t *testing.T) {
	late := plan(fault.ToClient(fault.Latency{Delay: time.Hour}), fault.FromClient(fault.Latency{Delay: time.Millisecond}))
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: late, PreciseDelays: true})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, srv)
	io.WriteString(c, "never comes back")
	wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.FromClient()) > 0 })
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if left := leftOfAlarms(); left != "" {
		t.Errorf("there is something left when Close has returned:\n%s", left)
	}
}

func TestPacketConnLeavesNothingOfItsDelays(t *testing.T) {
	for range 50 {
		pc, err := fakeserver.WrapPacketConn(listenUDP(t), fakeserver.PacketConfig{Faults: plan(fault.FromClient(fault.Latency{Delay: time.Hour}))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dialUDP(t, pc).Write([]byte("late")); err != nil {
			t.Fatal(err)
		}
		go pc.ReadFrom(make([]byte, 10))
		wait(t, pc, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Datagram).Len() == 1 })
		if err := pc.Close(); err != nil {
			t.Error(err)
		}
		if left := leftOfAlarms(); left != "" {
			t.Fatalf("there is something left when Close has returned:\n%s", left)
		}
	}
}

// leftOfAlarms returns the stacks of goroutines that alarms have, but for those that have just said that they end.
func leftOfAlarms() (left string) {
	for g := range strings.SplitSeq(stacksWith("/internal/alarm."), "\n\n") {
		if g != "" && !strings.Contains(g, "alarm.hasLeft") {
			left += g + "\n\n"
		}
	}
	return left
}

// stacksWith returns the stacks that have a text.
func stacksWith(text string) (found string) {
	buf := make([]byte, 1<<20)
	for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, text) {
			found += g + "\n\n"
		}
	}
	return found
}

func TestPreciseDelaysDoNothingInABubble(t *testing.T) {
	cfg := fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(fault.ToClient(fault.Latency{Delay: time.Minute})), PreciseDelays: true}
	inMemory(t, cfg, func(c cell) {
		began, conn := time.Now(), c.dial()
		defer conn.Close()
		io.WriteString(conn, "late")
		if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
			c.Errorf("%v", err)
		}
		if took := time.Since(began); took != time.Minute {
			c.Errorf("took %v, want %v", took, time.Minute)
		}
		if found := stacksWith("alarm.(*watch)"); found != "" {
			c.Errorf("a goroutine outside waits for a bubble's time:\n%s", found)
		}
	})
}

// What was made ready by an alarm does not wait for the end of one that is later.
func TestPreciseDelayBesideALongOne(t *testing.T) {
	long := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(fault.ToClient(fault.Stall{For: time.Hour})), PreciseDelays: true})
	io.WriteString(dial(t, long), "held")
	wait(t, long, func(tr transcript.Transcript) bool { return len(tr.Faults()) > 0 })
	network, srv := startPrecise(t, plan(fault.ToClient(fault.Latency{Delay: preciseDelay})), false)
	exchangeTwo(t, network, srv.Address())
}
