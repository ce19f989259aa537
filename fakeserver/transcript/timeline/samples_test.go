package timeline_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/store"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
)

// A sample is a record in the making, with times of its own: of transcripttest's, no two are the same.
type sample struct {
	header  transcript.Header
	events  store.List
	now     time.Duration
	offsets map[string]int64
}

func newSample(network string) *sample {
	return &sample{
		header: transcript.Header{
			Name: "server", Network: network, Address: "127.0.0.1:4242",
			Start: time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.UTC),
		},
		offsets: map[string]int64{},
	}
}

// add records e, that long after the event before it.
func (s *sample) add(after time.Duration, e transcript.Event) {
	s.now += after
	side := fmt.Sprint(e.Conn, e.Direction)
	switch e.Kind {
	case transcript.Datagram:
		s.offsets[side]++
		e.Offset = s.offsets[side]
	case transcript.Data, transcript.Discarded:
		e.Offset = s.offsets[side]
		s.offsets[side] += int64(len(e.Data))
	case transcript.FIN, transcript.RST:
		e.Offset = s.offsets[side]
	}
	s.events.Add(store.Entry{
		At: s.now, Conn: e.Conn, Direction: uint8(e.Direction), Kind: uint8(e.Kind), Offset: e.Offset, Data: e.Data, Peer: e.Peer,
	}.With(store.More{Count: e.Count, Times: e.Times, Sum: e.Sum, Rule: e.Rule, Text: e.Text, AtClose: e.AtClose}))
}

func (s *sample) transcript() transcript.Transcript {
	return transcript.Of(s.header, 1, s.events.Snapshot())
}

// recording returns what is to be seen, with the account of a plan that says which rules have fired.
func (s *sample) recording(t testing.TB, p fault.Plan, outcomes ...fault.Outcome) transcript.Recording {
	t.Helper()
	r := fault.Report{Medium: fault.Streams, Seed: p.Seed, Conns: s.transcript().Conns(), Rules: outcomes}
	if s.header.IsOfDatagrams() {
		r.Medium = fault.Datagrams
	}
	return transcript.Recording{
		Transcript: s.transcript(),
		Origin: transcript.Origin{
			Test: "TestClientTriesAgain/after_a_reset", Seed: p.Seed, Plan: asJSON(t, p),
			Rerun: "FAKEWIRE_SEED=42 go test -run '^TestClientTriesAgain$/^after_a_reset$' ./client",
		},
		Report: asJSON(t, r),
	}
}

func asJSON(t testing.TB, v json.Marshaler) json.RawMessage {
	t.Helper()
	text, err := v.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func from(conn int, data string) transcript.Event {
	return transcript.Event{Conn: conn, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte(data)}
}

func to(conn int, data string) transcript.Event {
	return transcript.Event{Conn: conn, Direction: transcript.ToClient, Kind: transcript.Data, Data: []byte(data)}
}

func event(conn int, d transcript.Direction, k transcript.Kind) transcript.Event {
	return transcript.Event{Conn: conn, Direction: d, Kind: k}
}

func accept(conn int) transcript.Event {
	return transcript.Event{Conn: conn, Kind: transcript.Accept, Peer: fmt.Sprintf("127.0.0.1:%d", 50000+conn)}
}

const ms = time.Millisecond

// exchange records a whole connection on which nothing goes wrong.
func (s *sample) exchange(conn int, request, answer string) {
	s.add(ms/10, accept(conn))
	s.add(ms/5, from(conn, request))
	s.add(ms/2, to(conn, answer))
	s.add(ms/10, event(conn, transcript.FromClient, transcript.FIN))
	s.add(ms/50, event(conn, transcript.ToClient, transcript.FIN))
	s.add(ms/50, event(conn, transcript.Neither, transcript.Close))
}

// small is one connection on which nothing goes wrong.
func small(t testing.TB) transcript.Recording {
	s := newSample("tcp")
	s.exchange(1, "GET /health HTTP/1.1\r\nHost: example\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
	return s.recording(t, fault.Plan{})
}

// cut is two connections: a hold and a reset on the first, and the second succeeds, after a new plan.
func cut(t testing.TB) transcript.Recording {
	hold := fault.ToClient(fault.Hold{Gate: "answer"}).AfterBytes(2).OnConn(1)
	reset := fault.ToClient(fault.Reset{}).AfterBytes(3).OnConn(1).Named("cut")
	stall := fault.FromClient(fault.Stall{For: time.Second}).OnConn(7)
	late := fault.ToClient(fault.Latency{Delay: 20 * ms}).FromConn(2)
	s := newSample("tcp")
	s.add(ms/4, accept(1))
	s.add(ms/3, from(1, "PING\r\n"))
	s.add(ms/5, to(1, "PO"))
	s.add(0, transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Fault, Offset: 2, Rule: "hold.ToClient.1", Text: "at gate answer"})
	s.add(48*ms, transcript.Event{Kind: transcript.Note, Text: "gate answer is released"})
	s.add(ms/9, to(1, "N"))
	s.add(0, transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Fault, Offset: 3, Rule: "cut"})
	s.add(ms/20, transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.RST, Rule: "cut", Count: 1})
	s.add(ms/10, event(1, transcript.Neither, transcript.Close))
	s.add(ms/10, transcript.Event{Conn: 1, Kind: transcript.Error, Text: "handler: write tcp 127.0.0.1:4242->127.0.0.1:50001: injected reset by rule cut"})
	s.add(100*ms, accept(2))
	s.add(ms/3, from(2, "PING\r\n"))
	s.add(20*ms, to(2, "PONG\r\n"))
	s.add(ms/3, from(2, "\x00\x01\x02\xfe\xff binary \u202e rest"))
	s.add(ms/3, transcript.Event{Conn: 2, Direction: transcript.FromClient, Kind: transcript.Unread, Offset: 6, Count: 12, Text: "the handler did not read these bytes"})
	s.add(ms/3, event(2, transcript.FromClient, transcript.FIN))
	s.add(ms/10, event(2, transcript.ToClient, transcript.FIN))
	s.add(ms/10, event(2, transcript.Neither, transcript.Close))
	s.add(30*ms, transcript.Event{Kind: transcript.Refused, Text: "closed: refusing connections"})
	rec := s.recording(t, fault.Plan{Seed: 42, Comment: "what the load balancer did on 3 March", Rules: []fault.Rule{hold, reset, stall}},
		fault.Outcome{Key: "hold.ToClient.1", Rule: hold, State: fault.Fired, Count: 1, Conn: 1, Offset: 2, Following: 4},
		fault.Outcome{Key: "cut", Rule: reset, State: fault.Fired, Count: 1, Conn: 1, Offset: 3},
		fault.Outcome{Key: "latency.ToClient.1", Rule: late, State: fault.Armed, Conn: 2, Offset: 6, Live: true},
		fault.Outcome{Key: "stall.FromClient.1", Rule: stall})
	rec.Changes = []transcript.Change{{After: 10, Plan: asJSON(t, fault.Plan{Rules: []fault.Rule{hold, reset, stall, late}})}}
	return rec
}

// datagrams is a record of peers, with losses, a reordering and a drop by the kernel.
func datagrams(t testing.TB) transcript.Recording {
	loss := fault.FromClient(fault.Loss{Rate: 0.2})
	reorder := fault.ToClient(fault.Reorder{Rate: 0.2, Gap: 1})
	s := newSample("udp")
	peer := func(n int) string { return fmt.Sprintf("127.0.0.1:%d", 50000+n) }
	for n := 1; n <= 3; n++ {
		s.add(ms/3, transcript.Event{Conn: n, Kind: transcript.Accept, Peer: peer(n)})
		for i := range 5 {
			s.add(ms/7, transcript.Event{Conn: n, Direction: transcript.FromClient, Kind: transcript.Datagram, Peer: peer(n), Data: fmt.Appendf(nil, "question %d", i)})
			switch {
			case i == 3:
				s.add(0, transcript.Event{Conn: n, Direction: transcript.FromClient, Kind: transcript.Fault, Offset: 4, Peer: peer(n), Rule: "loss.FromClient.1", Text: "lost"})
				continue
			case i == 1:
				s.add(0, transcript.Event{Conn: n, Direction: transcript.ToClient, Kind: transcript.Fault, Offset: 2, Peer: peer(n), Rule: "reorder.ToClient.1", Text: "delivered after the next 1"})
			}
			s.add(ms/9, transcript.Event{Conn: n, Direction: transcript.ToClient, Kind: transcript.Datagram, Peer: peer(n), Data: fmt.Appendf(nil, "answer %d", i)})
		}
	}
	s.add(2*ms, transcript.Event{Direction: transcript.FromClient, Kind: transcript.Drop, Count: 17, Text: "datagrams lost: the receive buffer was full"})
	s.add(ms, transcript.Event{Conn: 3, Direction: transcript.ToClient, Kind: transcript.Undelivered, Offset: 5, Count: 1, Peer: peer(3), Text: "closed: not sent"})
	s.add(ms, transcript.Event{Kind: transcript.Refused, Text: "closed: refusing datagrams"})
	return s.recording(t, fault.Plan{Seed: 7, Rules: []fault.Rule{loss, reorder}},
		fault.Outcome{Key: "loss.FromClient.1", Rule: loss, State: fault.Fired, Count: 3, Conn: 1, Offset: 4, Datagrams: 15},
		fault.Outcome{Key: "reorder.ToClient.1", Rule: reorder, State: fault.Fired, Count: 3, Conn: 1, Offset: 2, Datagrams: 12})
}

// crowd is a record of many connections, of which up to so many are there at a time, and each seventh is reset.
func crowd(t testing.TB, conns, together int) transcript.Recording {
	reset := fault.ToClient(fault.Reset{}).AfterBytes(4).Named("cut")
	s := newSample("tcp")
	for n := 1; n <= conns+together; n++ {
		if n <= conns {
			s.add(ms/10, accept(n))
			s.add(ms/10, from(n, fmt.Sprintf("request of %d\n", n)))
		}
		done := n - together
		if done < 1 {
			continue
		}
		s.add(ms/10, to(done, "answer"))
		if done%7 == 0 {
			s.add(0, transcript.Event{Conn: done, Direction: transcript.ToClient, Kind: transcript.Fault, Offset: 4, Rule: "cut"})
			s.add(ms/10, transcript.Event{Conn: done, Direction: transcript.ToClient, Kind: transcript.RST, Rule: "cut", Count: 2})
		} else {
			s.add(ms/10, event(done, transcript.FromClient, transcript.FIN))
			s.add(ms/10, event(done, transcript.ToClient, transcript.FIN))
		}
		s.add(ms/10, event(done, transcript.Neither, transcript.Close))
	}
	return s.recording(t, fault.Plan{Rules: []fault.Rule{reset}}, fault.Outcome{Key: "cut", Rule: reset, State: fault.Fired, Count: int64(conns / 7), Conn: 7, Offset: 4})
}

// long is a record of one connection with so many events, in the middle of which there is a fault.
func long(t testing.TB, events int) transcript.Recording {
	corrupt := fault.ToClient(fault.Corrupt{Bits: []int64{3}}).AfterBytes(100)
	s := newSample("tcp")
	s.add(ms, accept(1))
	for i := range events - 4 {
		switch {
		case i == events/2:
			s.add(0, transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Fault, Offset: 100, Rule: "corrupt.ToClient.1", Text: "bit 3 flipped"})
		case i%2 == 0:
			s.add(ms/10, from(1, fmt.Sprintf("SET key:%d %s\r\n", i, strings.Repeat("v", i%60))))
		default:
			s.add(ms/10, to(1, "+OK\r\n"))
		}
	}
	s.add(ms, event(1, transcript.FromClient, transcript.FIN))
	s.add(ms, event(1, transcript.ToClient, transcript.FIN))
	s.add(ms, event(1, transcript.Neither, transcript.Close))
	return s.recording(t, fault.Plan{Rules: []fault.Rule{corrupt}}, fault.Outcome{Key: "corrupt.ToClient.1", Rule: corrupt, State: fault.Fired, Count: 1, Conn: 1, Offset: 100})
}

// write returns the page of rec.
func write(t testing.TB, rec transcript.Recording) string {
	t.Helper()
	var b bytes.Buffer
	if err := timeline.Write(&b, rec); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
