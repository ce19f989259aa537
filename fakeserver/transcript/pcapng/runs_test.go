package pcapng_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// repeats returns how often to do what has to go the same way each time: FAKEWIRE_REPEATS
// times, or usual.
func repeats(t *testing.T, usual int) int {
	t.Helper()
	text, given := os.LookupEnv("FAKEWIRE_REPEATS")
	if !given {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("FAKEWIRE_REPEATS is %q, want a number", text)
	}
	return n
}

// Of random runs with resets, the record has the bytes that moved, and the capture has those of the record, as
// gopacket reads it; and as Wireshark does, which reads all captures as one.
func TestRandomRunsAreInTheirCaptures(t *testing.T) {
	t.Parallel()
	const onePerSockets = 10 // every so many runs, one is on the kernel's sockets
	var network nettest.Network
	var captures [][]byte
	var records []transcript.Transcript
	for n := range repeats(t, 50) {
		r := &randomRun{rand: rand.New(rand.NewPCG(uint64(n), 14)), transport: &network}
		if n%onePerSockets == 0 {
			r.transport = nil
		}
		rec := r.play(t)
		capture := bytesOf(t, rec)
		if err := errors.Join(r.check(rec.Transcript), compare(capture, rec.Transcript)); err != nil {
			t.Fatalf("run %d: %v\n%s%.5000v", n, err, rec.Report, rec.Transcript)
		}
		if r.transport != nil { // its addresses are never the same
			captures, records = append(captures, capture), append(records, rec.Transcript)
		}
	}
	all := dissect(t, saved(t, captures...))
	wantNoProblem(t, all)
	seen := collect(t, all)
	for _, tr := range records {
		seen.wantSame(t, tr)
	}
}

// A randomRun is a server with clients and a plan of endings.
type randomRun struct {
	rand      *rand.Rand
	transport fakeserver.Transport
	mu        sync.Mutex // guards handlers
	handlers  map[int]*moved
	dealt     map[int]dealt // what handlers do
	clients   []*moved
}

// moved is what one side of a connection has moved.
type moved struct {
	wrote, got []byte
	end        error // of its reading
	left       bool  // it did not read to the end
}

// dealt is what a handler writes, and how it ends.
type dealt struct {
	words  []byte
	pieces []int
	ends   int
}

// play runs all and returns the recording, which is complete then.
func (r *randomRun) play(t *testing.T) transcript.Recording {
	r.handlers, r.dealt = map[int]*moved{}, map[int]dealt{}
	conns := 1 + r.rand.IntN(3)
	for n := 1; n <= conns; n++ {
		r.dealt[n] = dealt{servertest.Words(n, "handler", r.size()), r.pieces(), r.rand.IntN(4)}
	}
	srv, err := fakeserver.Listen(fakeserver.Config{Name: t.Name(), Transport: r.transport, Handler: r, Faults: r.plan()})
	if err != nil {
		t.Fatal(err)
	}
	var playing sync.WaitGroup
	for n := range conns {
		c, err := srv.Dial(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		m := &moved{}
		r.clients = append(r.clients, m)
		words, pieces, leaves := servertest.Words(n+1, "client", r.size()), r.pieces(), r.rand.IntN(6)
		playing.Go(func() { m.asClient(c, words, pieces, leaves) })
		if r.transport == nil { // in the record, sockets are in the order in which they were accepted
			servertest.Wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == n+1 })
		}
	}
	playing.Wait()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	return srv.Recording()
}

func (r *randomRun) pieces() []int { return []int{1 + r.rand.IntN(5000), 1 + r.rand.IntN(100_000)} }

func (r *randomRun) size() int {
	if r.rand.IntN(4) == 0 {
		return r.rand.IntN(200_000)
	}
	return r.rand.IntN(2000)
}

// plan returns a few rules, most of which end connections.
func (r *randomRun) plan() fault.Plan {
	p := fault.Plan{Seed: r.rand.Uint64()}
	for range r.rand.IntN(4) {
		at := int64(r.size())
		rule := []fault.Rule{
			fault.ToClient(fault.Reset{}), fault.FromClient(fault.Reset{}), fault.ToClient(fault.Close{}), fault.ToClient(fault.HalfClose{}),
			fault.ToClient(fault.Slice{Size: 1 + at/50}), fault.ToClient(fault.Latency{Delay: time.Millisecond}),
		}[r.rand.IntN(6)]
		p.Rules = append(p.Rules, rule.AfterBytes(at).NeedNotFire())
	}
	return p
}

// asClient writes and reads, and in some cases leaves without having read all.
func (m *moved) asClient(c net.Conn, words []byte, pieces []int, leaves int) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(servertest.Patience))
	read := make(chan struct{})
	go func() {
		defer close(read)
		m.got, m.end = io.ReadAll(c)
	}()
	n, _ := servertest.WriteCut(c, words, pieces)
	m.wrote = words[:n]
	switch side := c.(tcpSocket); leaves {
	case 0:
		m.left = true
		side.SetLinger(0)
	case 1:
		m.left = true
	default:
		side.CloseWrite()
		<-read
	}
	c.Close()
	<-read
}

// A tcpSocket can do what those of TCP can.
type tcpSocket interface {
	CloseWrite() error
	SetLinger(seconds int) error
}

// ServeConn writes and reads, and ends in one of several ways.
func (r *randomRun) ServeConn(_ context.Context, c *fakeserver.Conn) error {
	m, d := &moved{}, r.dealt[c.Number()]
	r.mu.Lock()
	r.handlers[c.Number()] = m
	r.mu.Unlock()
	read := make(chan struct{})
	go func() {
		defer close(read)
		m.got, m.end = io.ReadAll(c)
	}()
	n, _ := servertest.WriteCut(c, d.words, d.pieces)
	m.wrote = d.words[:n]
	switch d.ends {
	case 0:
		c.Close()
	case 1:
		defer func() { <-read }()
		return c.Reset()
	}
	<-read
	return nil
}

// check returns in what the record differs from what moved.
func (r *randomRun) check(tr transcript.Transcript) error {
	var errs []error
	for i, client := range r.clients {
		n := i + 1
		c := tr.Conn(n)
		if err := errors.Join(client.checkSent(c), client.checkGot(c), r.handlers[n].checkHandler(c)); err != nil {
			errs = append(errs, fmt.Errorf("conn %d: %w", n, err))
		}
	}
	return errors.Join(errs...)
}

// checkSent: what the client wrote is in the record, or lay in the socket, or it was reset.
func (m *moved) checkSent(c transcript.Transcript) error {
	got := append(c.FromClient(), c.Discarded()...)
	if !bytes.HasPrefix(m.wrote, got) {
		return fmt.Errorf("the client wrote %s, and the record has %s", servertest.Brief(m.wrote), servertest.Brief(got))
	}
	if missing := len(m.wrote) - len(got); missing > 0 && c.Ending(in) == transcript.ByFIN {
		return fmt.Errorf("%d bytes are missing, though the client's FIN came", missing)
	}
	return nil
}

// checkGot: what left for the client it got, but for what a reset kept from it.
func (m *moved) checkGot(c transcript.Transcript) error {
	sent, kept := c.ToClient(), int64(0)
	for e := range c.Kind(transcript.RST).All() {
		kept += e.Count
	}
	missing := int64(len(sent) - len(m.got))
	switch {
	case !bytes.HasPrefix(sent, m.got):
		return fmt.Errorf("sent was %s; the client got %s", servertest.Brief(sent), servertest.Brief(m.got))
	case m.left:
	case m.end != nil && !errors.Is(m.end, syscall.ECONNRESET):
		return fmt.Errorf("the client's Read gave %v", m.end)
	case m.end == nil && missing > 0, missing > kept:
		return fmt.Errorf("%d bytes are missing before the client's %v; the record has %d", missing, m.end, kept)
	}
	return nil
}

// checkHandler: what the handler read and wrote is in the record.
func (m *moved) checkHandler(c transcript.Transcript) error {
	if m == nil {
		return errors.New("it has no handler")
	}
	if got := c.Kind(transcript.Data).FromClient(); !bytes.HasPrefix(got, m.got) {
		return fmt.Errorf("the record has %s; the handler got %s", servertest.Brief(got), servertest.Brief(m.got))
	}
	if sent := c.ToClient(); !bytes.HasPrefix(m.wrote, sent) {
		return fmt.Errorf("the handler wrote %s; the record has %s", servertest.Brief(m.wrote), servertest.Brief(sent))
	}
	return nil
}
