package oneplan_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/nettest"
)

// A packetSchedule is what clients, handler and test do in one run, under plans.
type packetSchedule struct {
	plans   []fault.Plan
	unit    time.Duration
	wrapped bool       // a PacketConn, and not a PacketServer
	clients [][]int    // pauses before each datagram, in units
	replies [][]string // by the number of the delivery: what the handler does
	verbs   []packetVerb
}

// A packetVerb is something done to the server.
type packetVerb struct {
	after int // units
	do    string
}

// truncated is how much Truncate leaves: what tells a datagram from another.
const truncated = 7

func drawPacketSchedule(t *rapid.T, unit time.Duration) packetSchedule {
	s := packetSchedule{unit: unit, wrapped: coin(t, 3, "wrapped")}
	for range 3 {
		s.plans = append(s.plans, drawPlan(t, func(t *rapid.T) fault.Rule { return drawLedgerRule(t, unit) }))
	}
	for range between(t, 1, 3, "clients") {
		s.clients = append(s.clients, rapid.SliceOfN(rapid.IntRange(0, 3), 1, 12).Draw(t, "pauses"))
	}
	s.replies = rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom([]string{"answer", "answer", "large", "bad", "sleep"}), 0, 3), 1, 8).Draw(t, "replies")
	verbs := []string{"faults", "faults", "down", "up", "up"}
	if s.wrapped {
		verbs = verbs[:1]
	}
	for range between(t, 0, 6, "verbs") {
		s.verbs = append(s.verbs, packetVerb{between(t, 0, 6, "after"), rapid.SampledFrom(verbs).Draw(t, "verb")})
	}
	s.verbs = append(s.verbs, packetVerb{between(t, 0, 30, "close after"), "close"})
	return s
}

// drawLedgerRule draws a rule of any kind but the one that makes datagrams unrecognizable.
func drawLedgerRule(t *rapid.T, unit time.Duration) fault.Rule {
	w := faultgen.Wire{Length: 30, Unit: unit, Keep: truncated}
	f := w.Draw(t, fault.Datagrams, faultgen.All(fault.Datagrams).Local().Without(fault.Corrupt{}))
	if late, ok := f.(fault.Latency); ok && coin(t, 3, "very late") {
		late.Delay *= 100
		f = late
	}
	r := drawRule(t, f, rapid.SampledFrom(bothDirections).Draw(t, "direction"))
	switch between(t, 1, 6, "begins") {
	case 1, 2:
		r = r.AfterDatagrams(int64(between(t, 1, 8, "datagrams")))
	case 3:
		r = r.Now()
	}
	if coin(t, 3, "for datagrams") {
		r = r.ForDatagrams(int64(between(t, 1, 8, "window")))
	}
	return r
}

// A packetClient is one client.
type packetClient struct {
	c     net.Conn
	wrote []packetWrite // those without an error
}

// play sends the client's datagrams.
func (c *packetClient) play(n int, pauses []int, unit time.Duration) {
	for i, pause := range pauses {
		if pause > 0 {
			time.Sleep(time.Duration(pause) * unit)
		}
		w := packetWrite{text: fmt.Sprintf("c%d %03d %s", n, i, strings.Repeat(".", i*5)), from: time.Now()}
		if _, err := c.c.Write([]byte(w.text)); err == nil { // else it learned that the server was down
			w.to = time.Now()
			c.wrote = append(c.wrote, w)
		}
	}
}

// drain reads n datagrams, and any others.
func (c *packetClient) drain(n int) (all []string) {
	b := make([]byte, 1000)
	for {
		c.c.SetReadDeadline(time.Now().Add(patience))
		if len(all) >= n {
			c.c.SetReadDeadline(time.Now().Add(time.Millisecond))
		}
		size, err := c.c.Read(b)
		if errors.Is(err, syscall.ECONNREFUSED) {
			continue
		}
		if err != nil {
			return all
		}
		all = append(all, string(b[:size]))
	}
}

// A packetHandler answers, and keeps count.
type packetHandler struct {
	packetSchedule
	mu    sync.Mutex
	calls int
	got   map[string]int           // by what cut returns for a datagram
	wrote map[string][]packetWrite // by peer, those that were numbered
}

// ServePacket is the handler of a PacketServer.
func (h *packetHandler) ServePacket(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	h.answer(ctx, p.Data, p.Peer, w.WriteTo)
	return nil
}

// serve is a server above a PacketConn.
func (h *packetHandler) serve(ctx context.Context, pc net.PacketConn) {
	b := make([]byte, 1000)
	for {
		n, from, err := pc.ReadFrom(b)
		if err != nil {
			return
		}
		h.answer(ctx, b[:n], from.(*net.UDPAddr).AddrPort(), func(p []byte, to netip.AddrPort) (int, error) {
			return pc.WriteTo(p, net.UDPAddrFromAddrPort(to))
		})
	}
}

func (h *packetHandler) answer(ctx context.Context, data []byte, from netip.AddrPort, writeTo func([]byte, netip.AddrPort) (int, error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	h.got[cut(string(data))]++
	for i, what := range h.replies[h.calls%len(h.replies)] {
		text, to := fmt.Sprintf("r%d %03d %s", i, h.calls, strings.Repeat("-", h.calls)), from
		switch what {
		case "sleep":
			select {
			case <-time.After(2 * h.unit):
			case <-ctx.Done():
			}
			continue
		case "large":
			text += strings.Repeat("-", 65508)
		case "bad":
			to = netip.AddrPortFrom(from.Addr(), 0)
		}
		_, err := writeTo([]byte(text), to)
		if !errors.Is(err, net.ErrClosed) {
			h.wrote[to.String()] = append(h.wrote[to.String()], packetWrite{text: text, err: err})
		}
	}
}

// run plays the schedule on a network, and returns what is wrong with its ledger.
func (s packetSchedule) run(n network) error {
	h := &packetHandler{packetSchedule: s, got: map[string]int{}, wrote: map[string][]packetWrite{}}
	srv, err := s.start(n, h)
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	l := packetLedger{handler: h}
	for i, pauses := range s.clients {
		c, err := n.DialContext(context.Background(), "udp", srv.Address())
		if err != nil {
			return err
		}
		defer c.Close()
		client := &packetClient{c: c}
		l.clients = append(l.clients, client)
		all.Go(func() { client.play(i, pauses, s.unit) })
	}
	err = s.meddle(srv, &l)
	all.Wait()
	l.outages[len(l.outages)-1].to = time.Now()
	srv.wait()
	l.record = srv.Transcript()
	if err = errors.Join(err, l.check()); err != nil {
		return fmt.Errorf("%w\n%v", err, l.record)
	}
	return nil
}

// A ledgerServer is either kind of server.
type ledgerServer struct {
	fakeserver.Wire
	down, up func() error
	wait     func() // until the handler is done
}

func (s packetSchedule) start(n network, h *packetHandler) (ledgerServer, error) {
	if s.wrapped {
		pc, err := n.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
		if err != nil {
			return ledgerServer{}, err
		}
		w, err := fakeserver.WrapPacketConn(pc, fakeserver.PacketConfig{Faults: s.plans[0]})
		if err != nil {
			return ledgerServer{}, err
		}
		var serving sync.WaitGroup
		ctx, cancel := context.WithCancel(context.Background())
		serving.Go(func() { h.serve(ctx, w) })
		return ledgerServer{Wire: w, wait: func() { cancel(); serving.Wait() }}, nil
	}
	cfg := fakeserver.PacketConfig{Handler: h, Faults: s.plans[0]}
	if _, real := n.(*kernel); !real {
		cfg.Transport = n
	}
	srv, err := fakeserver.ListenPacket(cfg)
	if err != nil {
		return ledgerServer{}, err
	}
	return ledgerServer{Wire: srv, down: srv.Down, up: srv.Up, wait: func() {}}, nil
}

// meddle does the verbs. Its last is Close, whose outage ends with the run.
func (s packetSchedule) meddle(srv ledgerServer, l *packetLedger) error {
	var errs []error
	isDown := false
	for i, v := range s.verbs {
		time.Sleep(time.Duration(v.after) * s.unit)
		switch now := time.Now(); v.do {
		case "faults":
			errs = append(errs, srv.SetFaults(s.plans[i%len(s.plans)]))
		case "down":
			if !isDown {
				l.outages = append(l.outages, outage{from: now})
			}
			isDown = true
			errs = append(errs, srv.down())
		case "up":
			errs = append(errs, srv.up())
			if isDown {
				l.outages[len(l.outages)-1].to = time.Now()
			}
			isDown = false
		case "close":
			if !isDown {
				l.outages = append(l.outages, outage{from: now})
			}
			errs = append(errs, srv.Stop())
		}
	}
	return errors.Join(errs...)
}

// Every datagram that is sent is delivered or named, whatever plan, handler and test do: in virtual
// time, with some hundred schedules by default.
func TestEveryDatagramIsDeliveredOrNamed(t *testing.T) {
	checkRandom(t, 500, func(rt *rapid.T) {
		s := drawPacketSchedule(rt, time.Second)
		var err error
		nettest.Bubble(t, func(fakeserver.TB) { err = s.run(new(nettest.Network)) })
		if err != nil {
			rt.Fatalf("%v\n%+v", err, s)
		}
	})
}

// The same holds on loopback.
func TestEveryDatagramIsDeliveredOrNamedOnLoopback(t *testing.T) {
	checkRandom(t, 50, func(rt *rapid.T) {
		s := drawPacketSchedule(rt, 200*time.Microsecond)
		if err := s.run(new(kernel)); err != nil {
			rt.Fatalf("%v\n%+v", err, s)
		}
	})
}
