package fakeserver

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// What a record of a server is made of.
func accepted(conn int) transcript.Event {
	return transcript.Event{Conn: conn, Kind: transcript.Accept}
}
func closed(conn int) transcript.Event { return transcript.Event{Conn: conn, Kind: transcript.Close} }
func said(conn int, dir transcript.Direction, text string) transcript.Event {
	return transcript.Event{Conn: conn, Direction: dir, Kind: transcript.Data, Data: []byte(text)}
}
func ruled(conn int, dir transcript.Direction, rule string) transcript.Event {
	return transcript.Event{Conn: conn, Direction: dir, Kind: transcript.Fault, Rule: rule}
}
func at(offset int64, e transcript.Event) transcript.Event {
	e.Offset = offset
	return e
}
func noted(text string) transcript.Event { return transcript.Event{Kind: transcript.Note, Text: text} }

// stopping are rules that stop streams.
var stopping = fault.Report{Rules: []fault.Outcome{
	{Key: "stall", Rule: fault.ToClient(fault.Stall{})},
	{Key: "briefly", Rule: fault.ToClient(fault.Stall{For: time.Second})},
	{Key: "hold", Rule: fault.FromClient(fault.Hold{Gate: "g"})},
	{Key: "gone", Rule: fault.ToClient(fault.Stall{}), Removed: true},
	{Key: "slow", Rule: fault.ToClient(fault.Latency{Delay: time.Second})},
}}

const (
	fromClient = transcript.FromClient
	toClient   = transcript.ToClient
)

func TestProgress(t *testing.T) {
	for _, tt := range []struct {
		why    string
		events []transcript.Event
		now    time.Duration
		want   string
	}{
		{"nothing came", nil, 0, "0 conns"},
		{"one is open", []transcript.Event{accepted(1), said(1, fromClient, "PING")}, 0, "1 conn, 1 open"},
		{"one is closed", []transcript.Event{accepted(1), accepted(2), closed(1)}, 0, "2 conns, 1 open"},
		{"it is stalled", []transcript.Event{accepted(1), accepted(2), said(1, toClient, "PONG"), at(4, ruled(1, toClient, "stall"))}, time.Hour,
			"2 conns, 2 open; conn 1 stalled at byte 4 to the client by rule stall"},
		{"the other direction goes on", []transcript.Event{accepted(1), ruled(1, toClient, "stall"), said(1, fromClient, "PING")}, 0,
			"1 conn, 1 open; conn 1 stalled at byte 0 to the client by rule stall"},
		{"it went on", []transcript.Event{accepted(1), ruled(1, toClient, "stall"), said(1, toClient, "PONG")}, 0, "1 conn, 1 open"},
		{"what comes late is from before it", []transcript.Event{accepted(1), at(4, ruled(1, toClient, "stall")), said(1, toClient, "PONG")}, 0,
			"1 conn, 1 open; conn 1 stalled at byte 4 to the client by rule stall"},
		{"it ended", []transcript.Event{accepted(1), ruled(1, toClient, "stall"), closed(1)}, 0, "1 conn, 0 open"},
		{"its time is not up", []transcript.Event{accepted(1), ruled(1, toClient, "briefly")}, 900 * time.Millisecond,
			"1 conn, 1 open; conn 1 stalled at byte 0 to the client by rule briefly"},
		{"its time is up", []transcript.Event{accepted(1), ruled(1, toClient, "briefly")}, time.Second, "1 conn, 1 open"},
		{"nobody knows the time", []transcript.Event{accepted(1), ruled(1, toClient, "briefly")}, -1,
			"1 conn, 1 open; conn 1 stalled at byte 0 to the client by rule briefly"},
		{"it is held", []transcript.Event{accepted(1), said(1, fromClient, "PI"), at(2, ruled(1, fromClient, "hold")), noted("gate other is released")}, 0,
			"1 conn, 1 open; conn 1 held at gate g at byte 2 from the client by rule hold"},
		{"it is released", []transcript.Event{accepted(1), ruled(1, fromClient, "hold"), noted("gate g is released")}, 0, "1 conn, 1 open"},
		{"the rule is gone", []transcript.Event{accepted(1), ruled(1, toClient, "gone")}, 0, "1 conn, 1 open"},
		{"a rule stops nothing", []transcript.Event{accepted(1), ruled(1, toClient, "slow")}, 0, "1 conn, 1 open"},
		{"it is stalled on accept", []transcript.Event{accepted(1), ruled(1, transcript.Neither, "stall")}, 0,
			"1 conn, 1 open; conn 1 stalled when it was accepted, by rule stall"},
		{"it was stalled on accept", []transcript.Event{accepted(1), ruled(1, transcript.Neither, "stall"), said(1, fromClient, "x")}, 0, "1 conn, 1 open"},
		{"two are", []transcript.Event{accepted(1), accepted(2), ruled(2, toClient, "stall"), ruled(1, fromClient, "hold"), ruled(1, toClient, "stall")}, 0,
			"2 conns, 2 open; conn 1 held at gate g at byte 0 from the client by rule hold, conn 1 stalled at byte 0 to the client by rule stall, " +
				"conn 2 stalled at byte 0 to the client by rule stall"},
		{"it is down", []transcript.Event{{Kind: transcript.Refused, Text: "down: refusing connections"}}, 0, "0 conns; down"},
		{"it is up again", []transcript.Event{{Kind: transcript.Refused, Text: "down: refusing connections"}, noted("up: taking connections")}, 0, "0 conns"},
	} {
		var r *transcripttest.Record
		synctest.Test(t, func(t *testing.T) { // where no time passes
			r = transcripttest.New(transcript.Header{Network: "tcp"}, 0)
			r.Add(tt.events...)
		})
		if got := progressOf(r.Transcript(), stopping, tt.now).String(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestProgressIsALineWhateverThereIs(t *testing.T) {
	r := transcripttest.New(transcript.Header{Network: "tcp"}, 0)
	for n := range 50 {
		r.Add(accepted(n+1), ruled(n+1, toClient, "stall"))
	}
	got := progressOf(r.Transcript(), stopping, 0).String()
	if n := strings.Count(got, "stalled"); n != maxStopped || !strings.HasSuffix(got, ", and 46 more") {
		t.Errorf("%d are named:\n%s", n, got)
	}
}

func TestProgressOfDatagrams(t *testing.T) {
	r := transcripttest.New(transcript.Header{Network: "udp"}, 0)
	r.Add(transcript.Event{Conn: 1, Kind: transcript.Accept, Peer: "a"}, transcript.Event{Conn: 1, Direction: fromClient, Kind: transcript.Datagram, Data: []byte("x"), Peer: "a"})
	if got := progressOf(r.Transcript(), fault.Report{}, 0).String(); got != "1 peer" {
		t.Errorf("%q, want %q", got, "1 peer")
	}
}

// How long nothing passed is in virtual time, and from outside of it nobody can tell.
func TestProgressSaysHowLongNothingPassed(t *testing.T) {
	var record *transcripttest.Record
	synctest.Test(t, func(t *testing.T) {
		record = transcripttest.New(transcript.Header{Network: "tcp"}, 0)
		time.Sleep(time.Second)
		p := progressOf(record.Transcript(), stopping, time.Second)
		if got := p.withTime(time.Second); got != "0 conns; nothing passed for 1s" {
			t.Errorf("without a connection: %q", got)
		}
		record.Add(accepted(1), said(1, fromClient, "x"))
		p = progressOf(record.Transcript(), stopping, 0)
		if got := p.withTime(3500 * time.Millisecond); got != "1 conn, 1 open; nothing passed for 2.5s" {
			t.Errorf("after a byte: %q", got)
		}
		if got := p.withTime(-1); got != "1 conn, 1 open" {
			t.Errorf("at no known time: %q", got)
		}
	})
	if age := ageOf(record.Transcript()); age != -1 {
		t.Errorf("outside of the bubble it is %v old, want that this is not known", age)
	}
}

// The words are those of the record of a real server.
func TestProgressOfAServer(t *testing.T) {
	srv, err := Listen(Config{Handler: Reply{Data: "PONG PONG"}, Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Hold{Gate: "g"}).AfterBytes(4), fault.FromClient(fault.Stall{}).AfterBytes(100).NeedNotFire(),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c, err := srv.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("PING"))
	if err := srv.AwaitHeld(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	p, age := srv.progress()
	if got, want := p.String(), "1 conn, 1 open; conn 1 held at gate g at byte 4 to the client by rule hold.ToClient.1"; got != want || age < 0 {
		t.Errorf("it is %q, want %q; at %v", got, want, age)
	}
	srv.Release("g")
	if p, _ := srv.progress(); p.describeStopped() != "" {
		t.Errorf("after the release: %q", p)
	}
	srv.Down()
	if p, _ := srv.progress(); p.refuses != "down" {
		t.Errorf("when it is down: %q", p)
	}
	srv.Up()
	if p, _ := srv.progress(); p.refuses != "" {
		t.Errorf("when it is up again: %q", p)
	}
}
