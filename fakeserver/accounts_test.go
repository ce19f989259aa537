package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Read after Close does not wait for the drain, which goes on for as long as the
// client stays.
func TestReadAfterCloseDoesNotWait(t *testing.T) {
	took := make(chan time.Duration, 1)
	srv := serverEnd(t, fault.Plan{}, func(c *fakeserver.Conn) error {
		c.Close()
		if err := c.CloseWrite(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("CloseWrite after Close = %v, want net.ErrClosed", err)
		}
		begin := time.Now()
		for range 1000 { // some of them while the drain holds the connection
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("Read after Close = %v, want net.ErrClosed", err)
			}
			time.Sleep(time.Microsecond)
		}
		took <- time.Since(begin)
		return nil
	})
	dial(t, srv)
	if d := <-took; d > 4*time.Second { // the drain takes five
		t.Errorf("Reads after Close took %v", d)
	}
}

func TestCloseClientConnsResetsWhatIsAboutToEnd(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "bye"}})
	c := dial(t, srv)
	send(t, c, "hi")
	wantAll(t, c, "bye", io.EOF) // the server waits for the client's end now
	if err := srv.CloseClientConns(transcript.ByRST); err != nil {
		t.Error(err)
	}
	wait(t, srv, ended(1))
	wantEnding(t, srv.Transcript(), 1, transcript.ByRST, transcript.ByFIN)
}

// A server that speaks first and resets: the client gets what was sent before.
func TestResetOfABannerReachesAClientThatIsConnecting(t *testing.T) {
	srv := serverEnd(t, plan(fault.ToClient(fault.Reset{}).AfterBytes(3)), func(c *fakeserver.Conn) error {
		_, err := io.WriteString(c, "220 hello\r\n")
		return err
	})
	for n := range 200 {
		c, err := dialAny(srv)
		if err != nil {
			t.Fatalf("try %d: %v", n, err)
		}
		wantAll(t, c, "220", errReset)
		c.Close()
	}
}

func TestResetByTheClientEndsWhatIsHeldUp(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"stall":   fault.ToClient(fault.Stall{}).AfterBytes(2),
		"latency": fault.ToClient(fault.Latency{Delay: time.Hour}).AfterBytes(2),
	} {
		t.Run(name, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: says("PONG"), Faults: plan(rule)})
			c := dial(t, srv)
			send(t, c, "go")
			wantRead(t, c, "PO")
			c.SetLinger(0)
			c.Close()
			wait(t, srv, ended(1))
			if got := srv.Transcript().Kind(transcript.Unsent).String(); !strings.Contains(got, "count 2") {
				t.Errorf("2 bytes did not leave, and the record says %s", got)
			}
		})
	}
}

func TestUnreadBytesAreNamedAtTheirOffset(t *testing.T) {
	srv := serverEnd(t, plan(fault.FromClient(fault.Slice{Size: 5})), func(c *fakeserver.Conn) error {
		return expect(c, "01234")
	})
	c := dial(t, srv)
	send(t, c, "0123456789")
	c.CloseWrite()
	wantAll(t, c, "", io.EOF)
	srv.Close()
	sum := int64(5)
	for e := range srv.Transcript().All() {
		if e.Kind == transcript.Unread || e.Kind == transcript.Discarded {
			if e.Offset != sum {
				t.Errorf("%v: want the place @%d", e, sum)
			}
			sum += max(e.Count, int64(len(e.Data)))
		}
	}
	if sum != 10 {
		t.Errorf("%d bytes are accounted for, want 10:\n%v", sum, srv.Transcript())
	}
}

func TestSliceAndSliceAtOneBoundaryBothAct(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: says("abcdef"), Faults: plan(
		fault.ToClient(fault.Slice{Size: 2}), fault.ToClient(fault.Slice{Size: 2}))})
	if got := readSizes(t, ask(t, srv)); !equal(got, 2, 2, 2) {
		t.Errorf("read %v, want 2, 2, 2", got)
	}
	for _, o := range srv.Report().Rules {
		if o.Count != 2 {
			t.Errorf("rule %s fired %d times, want 2", o.Key, o.Count)
		}
	}
}

func TestLatencyOfAnEmptyStreamCounts(t *testing.T) {
	srv := serverEnd(t, plan(fault.ToClient(fault.Latency{Delay: 20 * time.Millisecond})), func(c *fakeserver.Conn) error { return nil })
	begin := time.Now()
	wantAll(t, dial(t, srv), "", io.EOF)
	if d := time.Since(begin); d < 20*time.Millisecond {
		t.Errorf("the end came after %v, want 20ms or more", d)
	}
}

func TestVerifyFailsForADeterministicFaultThatNeverActed(t *testing.T) {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: says("short"), Faults: plan(fault.ToClient(fault.Slice{Sizes: []int64{100}}))})
	if err != nil {
		t.Fatal(err)
	}
	wantAll(t, ask(t, srv), "short", io.EOF)
	srv.Close()
	wantError(t, "Verify", srv.Verify(), nil, "slice.ToClient.1", "NeedNotFire")
}

func TestLinesSeesThatALineIsTooLongAtOnce(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Lines{MaxBytes: 4, TooLong: "too long\n"}})
	c := dial(t, srv)
	send(t, c, "abcde") // and waits
	wantAll(t, c, "too long\n", io.EOF)
}

func TestHandlersErrorOfAnotherConnectionIsItsOwn(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		up, err := net.Dial("tcp", other.Addr().String())
		if err != nil {
			return err
		}
		defer up.Close()
		up.SetDeadline(time.Now())
		_, err = up.Read(make([]byte, 1))
		return err
	})})
	if err != nil {
		t.Fatal(err)
	}
	c, err := dialAny(srv)
	if err == nil {
		c.Read(make([]byte, 1))
		c.Close()
	}
	wait(t, srv, ended(1))
	srv.Close()
	wantError(t, "Verify", srv.Verify(), nil, "handler returned", "timeout")
}

func TestWriteToAnAddressThatIsNone(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketHandlerFunc(
		func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			if _, err := w.WriteTo(p.Data, netip.AddrPort{}); err == nil {
				t.Error("WriteTo an invalid address succeeded")
			}
			_, err := w.Write(p.Data)
			return err
		})})
	c := dialUDP(t, srv)
	send(t, c, "hi")
	wantRead(t, c, "hi")
}

// However the client cuts what it sends, the side that a fault acts on and the
// report are the same.
func TestDecisionsAreTheSameHoweverTheBytesAreCut(t *testing.T) {
	request := strings.Repeat("0123456789", 20)
	for name, rules := range map[string][]fault.Rule{
		"slice":       {fault.FromClient(fault.Slice{Size: 7, Variation: 6}), fault.ToClient(fault.Slice{Size: 9, Variation: 8})},
		"replace":     {fault.FromClient(fault.Replace{Old: "89012", New: "-"}), fault.ToClient(fault.Replace{Old: "-", New: "<>"})},
		"corrupt":     {fault.FromClient(fault.Corrupt{Rate: 1})},
		"match":       {fault.FromClient(fault.HalfClose{}).AfterMatch("9012345")},
		"blackhole":   {fault.ToClient(fault.Blackhole{}).AfterBytes(50).ForBytes(30)},
		"probability": {fault.ToClient(fault.Slice{Size: 50}).WithProbability(0.5)},
	} {
		t.Run(name, func(t *testing.T) {
			want := ""
			for n := range 40 {
				srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Seed: 11, Rules: rules}})
				if err != nil {
					t.Fatal(err)
				}
				c := dial(t, srv)
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					for p := request; p != ""; p = p[min(len(p), 1+n*5):] {
						io.WriteString(c, p[:min(len(p), 1+n*5)])
					}
					c.CloseWrite()
				}()
				answer, err := io.ReadAll(c)
				<-sent
				c.Close()
				srv.Close()
				got := fmt.Sprint(string(answer), err, srv.Transcript().Canonical(), srv.Report())
				if want == "" {
					want = got
				}
				if got != want {
					t.Fatalf("cut by %d:\n%s\nby 1:\n%s", 1+n*5, got, want)
				}
			}
		})
	}
}
