package fakeserver_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestPacketConnFaults(t *testing.T) {
	pc := wrapPacket(t,
		fault.FromClient(fault.Loss{Nth: 2}),
		fault.FromClient(fault.Latency{Delay: 50 * time.Millisecond}).AfterDatagrams(2).ForDatagrams(1),
		fault.FromClient(fault.Duplicate{Rate: 1}).AfterDatagrams(3),
		fault.ToClient(fault.Loss{Nth: 1}),
		fault.ToClient(fault.Latency{Delay: 50 * time.Millisecond}).AfterDatagrams(1).ForDatagrams(1),
	)
	c := dialUDP(t, pc)
	began := time.Now()
	for _, text := range []string{"one", "lost", "late", "twice"} {
		send(t, c, text)
	}
	var from net.Addr
	for _, want := range []string{"one", "twice", "twice", "late"} {
		from = wantFrom(t, pc, want)
	}
	if d := time.Since(began); d < 50*time.Millisecond {
		t.Errorf("the late one came after %v", d)
	}
	for _, text := range []string{"lost", "late", "now"} {
		if n, err := pc.WriteTo([]byte(text), from); n != len(text) || err != nil {
			t.Errorf("WriteTo = %d, %v", n, err)
		}
	}
	wantRead(t, c, "now")
	wantRead(t, c, "late")
	if got := len(pc.Transcript().Datagrams(transcript.FromClient)); got != 4 {
		t.Errorf("%d datagrams of the client in the record, want all 4", got)
	}
}

func TestPacketConnDeadlines(t *testing.T) {
	pc := wrapPacket(t,
		fault.FromClient(fault.Latency{Delay: time.Hour}).AfterDatagrams(1).NeedNotFire(),
		fault.ToClient(fault.Latency{Delay: 100 * time.Millisecond}).NeedNotFire())
	c := dialUDP(t, pc)
	send(t, c, "prompt")
	send(t, c, "never")
	pc.SetReadDeadline(time.Unix(1, 0))
	_, _, err := pc.ReadFrom(make([]byte, 9))
	wantError(t, "ReadFrom after its deadline", err, os.ErrDeadlineExceeded)
	pc.SetReadDeadline(time.Time{})
	from := wantFrom(t, pc, "prompt")

	began := time.Now()
	pc.SetReadDeadline(began.Add(50 * time.Millisecond))
	_, _, err = pc.ReadFrom(make([]byte, 9))
	wantError(t, "ReadFrom of what is late", err, os.ErrDeadlineExceeded)
	if d := time.Since(began); d < 50*time.Millisecond {
		t.Errorf("it gave up after %v", d)
	}
	pc.SetReadDeadline(time.Time{})
	failed := make(chan error)
	go func() {
		_, _, err := pc.ReadFrom(make([]byte, 9))
		failed <- err
	}()
	runtime.Gosched()
	pc.SetReadDeadline(time.Now()) // of a ReadFrom that is blocked
	wantError(t, "the blocked ReadFrom", <-failed, os.ErrDeadlineExceeded)

	// What is to leave later does so, whatever the deadline is by then.
	pc.SetWriteDeadline(time.Now().Add(patience))
	if _, err := pc.WriteTo([]byte("late"), from); err != nil {
		t.Error(err)
	}
	pc.SetWriteDeadline(time.Unix(1, 0))
	_, err = pc.WriteTo([]byte("too late"), from)
	wantError(t, "WriteTo after its deadline", err, os.ErrDeadlineExceeded)
	wantRead(t, c, "late")
}

// Readers, writers, deadlines and new faults at the same time: nothing is lost that
// no rule loses, and the race detector has nothing to say.
func TestPacketConnUnderLoad(t *testing.T) {
	stop := keepBusy(2)
	defer stop()
	pc := wrapPacket(t, fault.ToClient(fault.Latency{Delay: time.Millisecond}).NeedNotFire())
	const clients, rounds = 4, 10
	var servers, all sync.WaitGroup
	for range 2 {
		servers.Go(func() {
			p := make([]byte, 100)
			for {
				n, from, err := pc.ReadFrom(p)
				if errors.Is(err, os.ErrDeadlineExceeded) {
					continue
				}
				if err != nil {
					return
				}
				pc.WriteTo(p[:n], from)
			}
		})
	}
	for range clients {
		c := dialUDP(t, pc)
		all.Go(func() {
			for i := range rounds {
				text := fmt.Sprint(i)
				send(t, c, text)
				wantRead(t, c, text)
			}
		})
	}
	for i := range 20 {
		pc.SetReadDeadline(time.Now().Add(time.Millisecond))
		if err := pc.SetFaults(plan(fault.ToClient(fault.Latency{Delay: time.Duration(1+i%3) * time.Millisecond}).NeedNotFire())); err != nil {
			t.Error(err)
		}
	}
	pc.SetReadDeadline(time.Time{})
	all.Wait()
	pc.Close()
	servers.Wait()
	if n := len(pc.Transcript().Datagrams(transcript.ToClient)); n != clients*rounds {
		t.Errorf("%d answers, want %d", n, clients*rounds)
	}
}

func TestPacketConnLeaksNothing(t *testing.T) {
	wantNoLeaks(t, func() {
		for range 5 {
			pc, err := fakeserver.WrapPacketConn(listenUDP(t), fakeserver.PacketConfig{Faults: plan(fault.ToClient(fault.Latency{Delay: time.Hour}))})
			if err != nil {
				t.Fatal(err)
			}
			pc.WriteTo([]byte("x"), pc.LocalAddr())
			pc.Close()
		}
	})
}
