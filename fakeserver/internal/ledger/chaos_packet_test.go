package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// A packetChaos is a round of chaos with a server of datagrams.
type packetChaos struct {
	plan  fault.Plan
	unit  time.Duration
	sends [][]int // for each client, units of time between its datagrams
	verbs [2][]verb
}

func drawPacketChaos(t *rapid.T, unit time.Duration) packetChaos {
	c := packetChaos{plan: drawDatagramPlan(t, unit, faultgen.All(fault.Datagrams)), unit: unit}
	for range between(t, 1, 4, "clients") {
		c.sends = append(c.sends, rapid.SliceOfN(rapid.IntRange(0, 3), 0, 8).Draw(t, "sends"))
	}
	for i := range c.verbs {
		for range between(t, 0, 5, "verbs") {
			v := verb{after: between(t, 0, 5, "after"), do: rapid.SampledFrom([]string{doSetFaults, doSetFaults, doSetHandler, doDown, doUp, doUp, doRestart, doEnd}).Draw(t, "verb")}
			if v.do == doSetFaults {
				v.plan = drawDatagramPlan(t, unit, faultgen.All(fault.Datagrams))
			}
			c.verbs[i] = append(c.verbs[i], v)
		}
	}
	return c
}

// drawDatagramPlan draws a plan of a few rules for datagrams, of the given kinds.
func drawDatagramPlan(t *rapid.T, unit time.Duration, kinds faultgen.Kinds) fault.Plan {
	p := fault.Plan{Seed: 1 + rapid.Uint64Range(0, 1<<32).Draw(t, "seed")}
	w := faultgen.Wire{Length: 20, Unit: unit}
	for range between(t, 0, 3, "rules") {
		f := w.Draw(t, fault.Datagrams, kinds)
		r := fault.Rule{Fault: f, Direction: rapid.SampledFrom(both).Draw(t, "direction")}.NeedNotFire()
		if coin(t, 3, "after datagrams") {
			r = r.AfterDatagrams(int64(between(t, 1, 6, "datagrams")))
		}
		if coin(t, 2, "by content") {
			r = faultgen.Content(t, fault.Datagrams, r, rapid.SampledFrom([]string{"1", "a", ""}))
		}
		p.Rules = append(p.Rules, r)
	}
	if slices.Contains(kinds, fault.Down{}.Kind()) && coin(t, 4, "at the start") {
		p.Rules = append(p.Rules, drawAtStart(t, fault.Down{For: time.Duration(between(t, 1, 9, "down")) * unit}))
	}
	return p
}

func (c packetChaos) String() string {
	return fmt.Sprintf("%#v\nunit %v, sends %v\nverbs %v\nand %v", c.plan, c.unit, c.sends, c.verbs[0], c.verbs[1])
}

// play plays the round, and returns what was wrong.
func (c packetChaos) play(tr fakeserver.Transport, dial func(addr string) (net.Conn, error)) error {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: tr, Handler: packetHandlers[len(c.sends)%len(packetHandlers)], Faults: c.plan})
	if err != nil {
		return err
	}
	var orders, clients sync.WaitGroup
	var wrong [2]error
	for i, verbs := range c.verbs {
		orders.Go(func() {
			for _, v := range verbs {
				time.Sleep(time.Duration(v.after) * c.unit)
				wrong[i] = errors.Join(wrong[i], v.orderPackets(srv))
			}
		})
	}
	for i, pauses := range c.sends {
		conn, err := dial(srv.Addr())
		if err != nil {
			return errors.Join(err, srv.Close())
		}
		clients.Go(func() {
			defer conn.Close()
			for n, pause := range pauses {
				time.Sleep(time.Duration(pause) * c.unit)
				fmt.Fprintf(conn, "datagram %d of client %d", n, i) // which nobody may take
			}
			conn.SetReadDeadline(time.Now().Add(9 * c.unit))
			for buf := make([]byte, 100); !isTimeout(err); {
				_, err = conn.Read(buf)
			}
		})
	}
	clients.Wait()
	orders.Wait()
	return errors.Join(wrong[0], wrong[1], srv.Close(), srv.Verify())
}

// echoes is PacketEcho in a conversation with each client.
var echoes = conversing(func(d fakeserver.Packet, w io.Writer) { w.Write(d.Data) })

// packetHandlers are those of rounds of chaos.
var packetHandlers = []fakeserver.PacketHandler{fakeserver.PacketEcho{}, echoes, fakeserver.PacketSequence{echoes, fakeserver.PacketEcho{}}}

// orderPackets asks something of a packet server.
func (v verb) orderPackets(srv *fakeserver.PacketServer) error {
	var err error
	switch v.do {
	case doSetFaults:
		err = srv.SetFaults(v.plan)
	case doSetHandler:
		err = srv.SetHandler(packetHandlers[v.after%len(packetHandlers)])
	case doRestart:
		err = srv.Restart(3 * time.Millisecond)
	case doDown:
		err = srv.Down()
	case doUp:
		err = srv.Up()
	case doEnd:
		return srv.Close()
	}
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func TestChaosOfDatagramsInMemory(t *testing.T) {
	check(t, 100, func(rt *rapid.T) {
		c := drawPacketChaos(rt, time.Second)
		var err error
		func() {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("%v", p)
				}
			}()
			synctest.Test(t, func(*testing.T) {
				network := new(fakenet.Network)
				err = c.play(network, func(addr string) (net.Conn, error) { return network.DialContext(context.Background(), "udp", addr) })
			})
		}()
		if err != nil {
			rt.Fatalf("%v\n%v", c, err)
		}
	})
}

func TestChaosOfDatagramsOnLoopback(t *testing.T) {
	fakenet.NoLeaks(t)
	check(t, 40, func(rt *rapid.T) {
		c := drawPacketChaos(rt, 300*time.Microsecond)
		if err := c.play(nil, func(addr string) (net.Conn, error) { return net.Dial("udp", addr) }); err != nil {
			rt.Fatalf("%v\n%v", c, err)
		}
	})
}
