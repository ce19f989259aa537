package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/port"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A PacketServer is a fake peer for datagrams. It owns one address for its whole
// life, records every datagram, answers through its PacketHandler, and counts
// exactly what the kernel lost for want of buffer. StartPacket or ListenPacket
// makes one.
type PacketServer struct {
	*core
	port    *port.Port[net.PacketConn]
	handler PacketHandler
	quiet   bool // the handler does nothing: don't bother it

	roster *roster

	in   *record.Lane // used by the reader
	life lock         // held by Down, Up and Close, which follow one another

	mu        sync.Mutex    // guards what follows
	sock      *packetSocket // nil while down
	readEnded chan struct{} // closed when sock's reader has ended
	serving   string        // the datagram that the handler is at

	inbox schedule[delivery] // what the handler is to get

	sendMu  sync.Mutex       // guards what follows: what is recorded first leaves first
	out     *record.Lane     // used by writers
	sending bool             // sendLate runs
	outbox  schedule[parcel] // what is to leave later

	hung handlerStacks
}

// A delivery is a datagram on its way to the handler.
type delivery struct {
	Packet
	peer *peer
}

// ListenPacket starts a packet server without a test: whoever calls it must call
// Close, and may call Verify. Its errors wrap ErrConfig, fault.ErrPlan, or what
// package net says of the address.
func ListenPacket(cfg PacketConfig) (*PacketServer, error) { return listenPacket(cfg, origin{}) }

func listenPacket(cfg PacketConfig, o origin) (*PacketServer, error) {
	if cfg.Handler == nil {
		cfg.Handler = PacketDiscard{}
	}
	if err := checkHandler(cfg.Handler); err != nil {
		return nil, err
	}
	if cfg.Name == "" {
		cfg.Name = "packet server"
	}
	e := cfg.endpoint()
	c, err := newCore(&e, o)
	if err != nil {
		return nil, err
	}
	p, err := port.ListenPacket(e.spec())
	if err != nil {
		return nil, err
	}
	c.settle(e.network, p.Addr(), cfg.RecordLimit)
	s := newPacketServer(c)
	s.port, s.handler, s.quiet = p, cfg.Handler, cfg.Handler == PacketHandler(PacketDiscard{})
	if cfg.StartDown {
		err = s.startDown()
	} else {
		err = s.open()
	}
	if err != nil {
		c.cancel()
		p.Close()
		return nil, err
	}
	if !s.quiet {
		s.wg.Add(1)
		go s.serve()
	}
	return s, nil
}

func newPacketServer(c *core) *PacketServer {
	return &PacketServer{
		core: c, roster: newRoster(c),
		in: c.rec.Lane(0, transcript.FromClient), out: c.rec.Lane(0, transcript.ToClient),
		life: newLock(),
	}
}

// Transcript returns a snapshot of the record. It copies no bytes. What the kernel
// has lost so far is in it.
func (s *PacketServer) Transcript() transcript.Transcript {
	if sock := s.socket(); sock != nil {
		sock.noteDrops()
	}
	return s.rec.Snapshot()
}

// Wait sleeps until cond holds for the record, which it is asked at every new
// event. When ctx is done first, or the server is closed, it returns an error
// that wraps the cause, or net.ErrClosed, and shows the record.
func (s *PacketServer) Wait(ctx context.Context, cond func(transcript.Transcript) bool) error {
	return s.wait(ctx, s.Transcript, cond)
}

// SetFaults replaces the plan while datagrams flow, as Server.SetFaults does: each
// peer and direction goes by it from its next datagram on, and the record says which that
// is. What the old plan keeps, to deliver it later or after others, is still delivered so.
func (s *PacketServer) SetFaults(p fault.Plan) error { return s.replacePlan(p) }

// receive decides about a datagram, records both, and hands it to the handler. It is
// the reader's.
func (s *PacketServer) receive(a arrival) {
	p := s.sender(a)
	s.adopt(p, p.in, transcript.FromClient)
	if s.quiet && s.program().Empty() {
		s.in.Datagram(p.n, p.text, p.in.Skip(), a.data)
		return
	}
	data := s.in.Stash(a.data)
	now := time.Now()
	v := p.in.Next(data, now.Sub(p.since))
	s.in.RecordDatagram(p.n, p.text, v.Number, data, faultsOf(p, transcript.FromClient, v))
	if s.quiet {
		return
	}
	s.rec.Lend() // the handler may keep the bytes
	d := delivery{Packet{Data: v.Data, Peer: p.ap, Conn: p.n, Number: v.Number}, p}
	for range v.Copies {
		if v.Behind > 0 {
			p.inHeld.keep(v.Number, v.Behind, d)
		} else {
			s.inbox.put(v.Due(now), d)
		}
	}
	for _, d := range p.inHeld.release(v.Number) {
		s.inbox.put(now, d)
	}
}

// sender returns the peer that a datagram came from.
func (s *PacketServer) sender(a arrival) *peer {
	p, isNew := s.roster.sender(a.ap, a.addr, a.seen)
	if isNew && a.look != nil {
		s.roster.checkOthers(p, a.look)
	}
	return p
}

// addressee returns the peer to which a datagram is to be sent.
func (s *PacketServer) addressee(ap netip.AddrPort, addr net.Addr) *peer {
	return s.roster.addressee(ap, addr, func() sighting {
		if sock := s.socket(); sock != nil {
			return sock.look(ap)
		}
		return sighting{}
	})
}

// adopt lets a direction of a peer go over to the server's plan, and records where.
func (s *PacketServer) adopt(p *peer, dir decide.Peer, d transcript.Direction) {
	prog := s.program()
	if !dir.IsStale(prog) {
		return
	}
	dir.Adopt(prog)
	s.rec.Add(transcript.Event{
		Conn: p.n, Direction: d, Kind: transcript.Note, Offset: dir.Count() + 1, Peer: p.text,
		Text: fmt.Sprintf("other faults from datagram %d on", dir.Count()+1),
	})
}

// faultsOf returns the events that say what was decided about a datagram, and counts that as
// done.
func faultsOf(p *peer, d transcript.Direction, v decide.Verdict) []transcript.Event {
	decider := p.in
	if d == transcript.ToClient {
		decider = p.out
	}
	var events []transcript.Event
	for _, hit := range v.Fired {
		decider.Done(hit)
		events = append(events, transcript.Event{
			Conn: p.n, Direction: d, Kind: transcript.Fault, Offset: v.Number, Peer: p.text,
			Rule: hit.Rule, Text: hit.Text,
		})
	}
	return events
}

// Close ends the server. It takes what has arrived into the record, and waits for
// every goroutine. The handler gets one second to return; then Close gives up on
// it, and its error names the datagram that it was at. The record names each datagram that
// the handler did not get, and each that the plan kept and that did not leave. A Transport
// whose ReadFrom goes on after its deadline and its Close is given up on after a second, and
// named.
//
// Close may be called more than once, and from several goroutines; each call waits
// for the end and returns the same error. The server's accessors work afterwards.
func (s *PacketServer) Close() error { return s.end(s.close) }

func (s *PacketServer) close() error {
	s.life.lock()
	defer s.life.unlock()
	defer s.port.Close()
	late := s.stopReading("closed")
	close(s.closing)
	s.cancel()
	joined := s.joined(closeGrace)
	s.nameUnread("closed: the handler did not get it")
	if late != nil {
		late = fmt.Errorf("fakeserver: %s: Close: %w", s.name, late)
	}
	s.mu.Lock()
	serving := s.serving
	s.mu.Unlock()
	if joined || late != nil && serving == "" {
		return late
	}
	return errors.Join(late, fmt.Errorf("fakeserver: %s: Close: %s: handler %T did not return within %v%s",
		s.name, serving, s.handler, closeGrace, s.hung.of("(*PacketServer).serve", s)))
}

func (s *PacketServer) socket() *packetSocket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sock
}

func (s *PacketServer) localAddr() net.Addr {
	if sock := s.socket(); sock != nil {
		return sock.pc.LocalAddr()
	}
	return s.addr
}

// tooManyErrors in a row, with nothing read between them, end the reader.
const tooManyErrors = 100

// read takes datagrams from the socket until it is closed.
func (s *PacketServer) read(sock *packetSocket, ended chan<- struct{}) {
	defer s.wg.Done()
	defer close(ended)
	take := func(a arrival) {
		if !sock.abandoned.Load() {
			s.receive(a)
		}
	}
	for failures := 0; failures < tooManyErrors; failures++ {
		n, err := sock.receive(take)
		if n > 0 {
			failures = 0
		}
		sock.noteDrops()
		if errors.Is(err, net.ErrClosed) || sock.stopping.Load() {
			return
		}
		if err != nil {
			s.rec.Add(transcript.Event{Kind: transcript.Error, Text: err.Error()})
			s.pause(time.Millisecond)
		}
	}
	s.fail(fmt.Errorf("fakeserver: %s: reading failed %d times in a row: see the record", s.name, tooManyErrors))
}
