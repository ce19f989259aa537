package oneplan_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// A packetScript is what clients do, one after the other. The server sends each datagram
// back.
type packetScript struct {
	// inTurn makes a client wait for each answer, and then for a breath: for rules that follow the
	// clock. No datagram may be lost then.
	inTurn bool
	// direct is for plans that no PacketConn can have.
	direct bool
	// unanswered says that the very last datagram may have no answer.
	unanswered bool
}

const (
	peers     = 3
	datagrams = 12 // of each
)

// directPacket starts a fake server.
func directPacket(n network, p fault.Plan) (fakeserver.Wire, string, error) {
	cfg := fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: p}
	if _, real := n.(*kernel); !real {
		cfg.Transport = n
	}
	srv, err := fakeserver.ListenPacket(cfg)
	if err != nil {
		return nil, "", err
	}
	return srv, srv.Address(), nil
}

// wrappedPacket starts a real server above a PacketConn.
func wrappedPacket(n network, p fault.Plan) (fakeserver.Wire, string, error) {
	pc, err := n.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	wrapped, err := fakeserver.WrapPacketConn(pc, fakeserver.PacketConfig{Faults: p})
	if err != nil {
		return nil, "", errors.Join(err, pc.Close())
	}
	go echo(wrapped)
	return wrapped, wrapped.LocalAddr().String(), nil
}

func echo(pc net.PacketConn) {
	b := make([]byte, 100)
	for {
		n, from, err := pc.ReadFrom(b)
		if err != nil {
			return
		}
		pc.WriteTo(b[:n], from)
	}
}

// run plays the script. settled waits until everything has happened.
func (s packetScript) run(n network, p fault.Plan, start func(network, fault.Plan) (fakeserver.Wire, string, error), settled func(context.Context, fakeserver.Wire) error) (outcome, transcript.Transcript, error) {
	srv, addr, err := start(n, p)
	if err != nil {
		return outcome{}, transcript.Transcript{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	errs := []error{awaitStart(ctx, srv, p)}
	var clients []net.Conn
	for peer := 1; peer <= peers; peer++ {
		c, err := n.DialContext(context.Background(), "udp", addr)
		if err != nil {
			return outcome{}, srv.Transcript(), errors.Join(err, srv.Stop())
		}
		defer c.Close()
		clients = append(clients, c)
		errs = append(errs, s.talk(ctx, srv, c, peer))
	}
	errs = append(errs, settled(ctx, srv))
	var heard []string
	for i, c := range clients { // before Close, which may cut off what is recorded and still has to leave
		got, err := readDatagrams(c, len(srv.Transcript().Conn(i+1).Datagrams(transcript.ToClient)))
		heard, errs = append(heard, got), append(errs, err)
	}
	errs = append(errs, srv.Stop())
	tr := srv.Transcript()
	return outcome{tr.Canonical(), srv.Report(), heard}, tr, errors.Join(errs...)
}

// talk is a client. The next one begins when its datagrams have arrived.
func (s packetScript) talk(ctx context.Context, srv fakeserver.Wire, c net.Conn, peer int) error {
	for i := range datagrams {
		if _, err := fmt.Fprintf(c, "peer %d datagram %d", peer, i+1); err != nil {
			return err
		}
		if !s.inTurn || s.unanswered && peer == peers && i == datagrams-1 {
			continue
		}
		if err := srv.Wait(ctx, func(t transcript.Transcript) bool { return sent(t, peer, int64(i+1)) }); err != nil {
			return err
		}
		time.Sleep(breath)
	}
	return srv.Wait(ctx, func(t transcript.Transcript) bool {
		return len(t.Conn(peer).Datagrams(transcript.FromClient)) == datagrams
	})
}

// sent reports whether an answer with this number has left.
func sent(t transcript.Transcript, peer int, number int64) bool {
	for e := range t.Conn(peer).Kind(transcript.Datagram).All() {
		if e.Direction == transcript.ToClient && e.Offset == number {
			return true
		}
	}
	return false
}

// readDatagrams reads n datagrams.
func readDatagrams(c net.Conn, n int) (string, error) {
	var all []string
	b := make([]byte, 100)
	c.SetReadDeadline(time.Now().Add(patience))
	for len(all) < n {
		size, err := c.Read(b)
		if err != nil {
			return strings.Join(all, "|"), err
		}
		all = append(all, string(b[:size]))
	}
	return strings.Join(all, "|"), nil
}

// A packetWay is where a script runs besides in a bubble, the run in which says what to wait for.
type packetWay struct {
	name  string
	start func(network, fault.Plan) (fakeserver.Wire, string, error)
	on    func() network
}

var packetWays = []packetWay{
	{"in memory", directPacket, func() network { return new(nettest.Network) }},
	{"in memory, with WrapPacketConn", wrappedPacket, func() network { return new(nettest.Network) }},
	{"on the kernel's network", directPacket, func() network { return new(kernel) }},
	{"on the kernel's network, with WrapPacketConn", wrappedPacket, func() network { return new(kernel) }},
}

// check runs the script in every way, and returns what differs from the run in a bubble.
func (s packetScript) check(t *testing.T, p fault.Plan) (first outcome, err error) {
	t.Helper()
	var errs []error
	compare := func(name string, got outcome, tr transcript.Transcript, err error) {
		if err = errors.Join(err, first.compare(got)); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w\n%v", name, err, tr))
		}
	}
	starts, ways := []func(network, fault.Plan) (fakeserver.Wire, string, error){directPacket, wrappedPacket}, packetWays
	if s.direct {
		starts = starts[:1]
		ways = slices.DeleteFunc(slices.Clone(ways), func(w packetWay) bool { return strings.Contains(w.name, "WrapPacketConn") })
	}
	for i, start := range starts {
		nettest.Bubble(t, func(fakeserver.TB) {
			got, tr, err := s.run(new(nettest.Network), p, start, func(context.Context, fakeserver.Wire) error {
				time.Sleep(time.Hour)
				return nil
			})
			if i == 0 {
				first = got
			}
			compare("in a bubble", got, tr, err)
		})
	}
	for _, way := range ways {
		got, tr, err := s.run(way.on(), p, way.start, func(ctx context.Context, srv fakeserver.Wire) error {
			ctx, cancel := context.WithTimeout(ctx, patience/4)
			defer cancel()
			if err := srv.Wait(ctx, func(t transcript.Transcript) bool { return first.canonical.Equal(t.Canonical()) }); !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			return nil // compare says what differs
		})
		compare(way.name, got, tr, err)
	}
	return first, errors.Join(errs...)
}

func TestOnePlanOfDatagrams(t *testing.T) {
	for name, s := range map[string]packetScript{"burst": {}, "calls": {inTurn: true}, "outage-of-datagrams": {inTurn: true, direct: true, unanswered: true}} {
		for name, p := range corpus(t, name) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				first, err := s.check(t, p)
				if err = errors.Join(err, first.report.Verify()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestOnePlanHasEveryPacketFault(t *testing.T) {
	triggers := []string{"only", "from", "after datagrams", "after match", "nth", "every", "match in", "contains", "after time", "now", "until datagrams", "until time", "probability", "limit"}
	wantAllKinds(t, fault.Datagrams, triggers, corpus(t, "burst"), corpus(t, "calls"), corpus(t, "outage-of-datagrams"))
}
