package fakeserver_test

import (
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A oneShot is a client that opens a socket for each query, one after the other.
type oneShot struct {
	why  string
	runs int                         // by default
	wait func(t *testing.T, q query) // until the socket is closed
}

// A query is the nth, from 1.
type query struct {
	srv  *fakeserver.PacketServer
	c    net.Conn
	n    int
	lost bool // by the plan
}

// taken waits until the server has done with the query, which leaves three events.
func (q query) taken(t *testing.T) {
	wait(t, q.srv, func(tr transcript.Transcript) bool { return tr.Len() >= 3*q.n })
}

var oneShots = []oneShot{
	{"has its answer, or knows that there is none", 4, func(t *testing.T, q query) {
		if q.lost {
			q.taken(t)
		} else {
			wantRead(t, q.c, strconv.Itoa(q.n))
		}
	}},
	{"gives up", 2, func(t *testing.T, q query) {
		q.c.SetReadDeadline(time.Now().Add(3 * time.Millisecond))
		if _, err := q.c.Read(make([]byte, 100)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	}},
}

const oneShotQueries = 1000

// play sends the queries, and returns what was lost and the record.
func (o oneShot) play(t *testing.T, rules ...fault.Rule) (lostQueries []int, tr transcript.Transcript) {
	t.Helper()
	loss := fault.FromClient(fault.Loss{Rate: .1})
	p := fault.Plan{Seed: 7, Rules: append([]fault.Rule{loss}, rules...)}
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: p})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	for n := 1; n <= oneShotQueries; n++ {
		c, err := net.Dial("udp", srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(patience))
		q := query{srv, c, n, losesFirst(t, p, n)}
		send(t, c, strconv.Itoa(n))
		o.wait(t, q)
		c.Close()
	}
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Len() >= 3*oneShotQueries })
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
	tr = srv.Transcript()
	for text := range lost(tr) {
		n, _ := strconv.Atoi(text)
		lostQueries = append(lostQueries, n)
	}
	slices.Sort(lostQueries)
	return lostQueries, tr
}

// losesFirst reports whether the plan loses the first datagram of client n.
func losesFirst(t *testing.T, p fault.Plan, n int) bool {
	t.Helper()
	plan, err := p.Compile(fault.Datagrams)
	if err != nil {
		t.Fatal(err)
	}
	return len(plan.Program().Peer(n, transcript.FromClient).Next(nil, 0).Copies) == 0
}

// One socket for each query, as DNS clients have: the kernel gives a port out again within some
// hundred, and yet each socket is a peer of its own. So one seed loses the same queries in every run.
func TestPeersOfOneShotSocketsLoseTheSame(t *testing.T) {
	wantPeersBySocket(t)
	for _, o := range oneShots {
		t.Run(o.why, func(t *testing.T) {
			var want []int
			again := 0
			for run := range repeats(t, o.runs) {
				got, tr := o.play(t)
				if n := tr.Conns(); n != oneShotQueries {
					t.Errorf("run %d: %d peers, want %d", run+1, n, oneShotQueries)
				}
				if want == nil {
					want = got
				}
				if !slices.Equal(got, want) {
					t.Fatalf("run %d lost\n%v, and the first\n%v", run+1, got, want)
				}
				again += givenAgain(tr)
			}
			if again == 0 {
				t.Error("no port was given out again: this proves nothing")
			}
			t.Logf("%d times a port was given out again", again)
		})
	}
}

// The same where each socket is closed before its query is read: a PacketConn reads when it is told
// to. Nothing is lost here, so that it has something to return.
func TestPeersOfOneShotSocketsThatAreGoneFareTheSame(t *testing.T) {
	wantPeersBySocket(t)
	var want string
	for run := range repeats(t, 5) {
		pc, err := fakeserver.WrapPacketConn(listenUDP(t), fakeserver.PacketConfig{
			Faults: fault.Plan{Seed: 7, Rules: []fault.Rule{fault.FromClient(fault.Truncate{}).WithProbability(.1)}}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for n := range oneShotQueries {
			c, err := net.Dial("udp", pc.Address())
			if err != nil {
				t.Fatal(err)
			}
			send(t, c, "query")
			c.Close()
			size, _, err := pc.ReadFrom(make([]byte, 10))
			if err != nil {
				t.Fatal(err)
			}
			if size == 0 {
				got += strconv.Itoa(n) + " "
			}
		}
		pc.Close()
		if n := pc.Transcript().Conns(); n != oneShotQueries {
			t.Errorf("run %d: %d peers, want %d", run+1, n, oneShotQueries)
		}
		if want == "" {
			want = got
		}
		if got != want {
			t.Fatalf("run %d cut\n%s, and the first\n%s", run+1, got, want)
		}
	}
}

// givenAgain counts the peers that have an earlier one's address.
func givenAgain(tr transcript.Transcript) (n int) {
	for e := range tr.Kind(transcript.Accept).All() {
		if e.Text != "" {
			n++
		}
	}
	return n
}

// The rule's answer is the 200th of 250 sockets', 40 times of 40.
func TestOneShotSocketsReachOnConn(t *testing.T) {
	wantPeersBySocket(t)
	for run := range repeats(t, 10) {
		srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: plan(fault.ToClient(fault.Truncate{Size: 1}).OnConn(200))})
		for n := range 250 {
			c, err := net.Dial("udp", srv.Addr())
			if err != nil {
				t.Fatal(err)
			}
			c.SetDeadline(time.Now().Add(patience))
			send(t, c, "query")
			want := "query"
			if n == 199 {
				want = "q"
			}
			wantRead(t, c, want)
			c.Close()
		}
		if err := srv.Verify(); err != nil {
			t.Fatalf("run %d: %v", run+1, err)
		}
	}
}

// lost returns the client's datagrams that a rule lost.
func lost(tr transcript.Transcript) map[string]bool {
	type number struct {
		conn int
		n    int64
	}
	text, all := map[number]string{}, map[string]bool{}
	for e := range tr.All() {
		switch at := (number{e.Conn, e.Offset}); {
		case e.Direction != transcript.FromClient:
		case e.Kind == transcript.Datagram:
			text[at] = string(e.Data)
		case e.Kind == transcript.Fault && e.Text == "lost":
			all[text[at]] = true
		}
	}
	return all
}
