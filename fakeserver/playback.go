package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Playback plays the server's side of a recording, and checks that the client says what it said there:
//
//	rec, err := transcript.ReadFile("testdata/ping.jsonl")
//	…
//	srv := fakeserver.Start(t, fakeserver.Config{Handler: &fakeserver.Playback{Recording: rec}})
//
// What the server sent when so many of the client's bytes had come is sent again when they have: in the same segments, of which no
// Read of the client crosses the end (as with fault.Slice; where that can't be confirmed, a Note says so), with its half-closes and its
// ending. A connection that the recording's server still had when it was closed ends as the client ends it. A recording of a proxy's
// upstream leg plays as well.
//
// The client's bytes are compared as they come, however they are cut, with the same outcome as transcript.Diff. At the first that
// is another one, or where the client ends its stream or says nothing for Patience before it has said all, the handler returns a
// *[MismatchError]: that names the recorded connection, the offset, what was wanted there and what came, with a diff; it resets the connection and
// fails Verify. What the recorded client sent after the server had ended the connection is not compared. Where the recorded client
// had left before the server was done, as one that failed does, a client that stays gets what was sent then, too.
//
// # Faults
//
// What the recording's rules did to what left for the client, when and how that ended, is in what is played; the record gets the events of
// those rules, too. What else a plan did is done again: where Config.Faults is zero and the Playback is the server's Handler itself, the server takes the rules for
// what comes from the client, OnAccept and AtStart, the outages and the Holds from the recording, with their keys and seed. See Healthy.
//
// Where rules went by time (AfterTime), they go by the offset at which they acted; so do those FromClient that change bytes after a match in an answer. It is not as it
// was with:
//
//	ForTime                 the clock ends the rule again, at whatever byte that is
//	Restart by time         acts at its byte, before what was still on its way to the client
//	Latency with a Pace     what FromClient delays overlap is sent when the handler has all that came before it in the record
//	rules of SetFaults      what they did FromClient does not come again: give the server's SetFaults their plan, at the same point
//	FailAccept              is a Listener's: a Server has no Accept that could fail
//
// # Limits
//
// What the client sends beyond, on a connection that the recorded server ended, is left unread.
//
// A recording that was written with a Redactor has not the bytes that there were: record what is to be played without one.
//
// What depends on more of the request than Carry can say can't be played back: a challenge that the client has to answer, a signature of a time
// or of a nonce, TLS and SSH, whose keys are new each time. Play back what is inside: record with a Listener behind tls.NewListener.
//
// A Playback is used by pointer, since it keeps which recorded connections were played, and by one server. Its fields must not be changed meanwhile.
type Playback struct {
	// Recording is what to play: all of a stream server's record, with all its bytes.
	Recording transcript.Recording
	// Name is what errors call the recording, such as its file. If empty, the name that is in it.
	Name string
	// Match says which recorded connection is for which of the client's. If zero, ByOrder.
	Match PlaybackMatch
	// Extra says what becomes of connections, and of requests on a connection, that the recording has not. If zero, ExtraFails.
	Extra PlaybackExtra
	// Ignore says what of the client's bytes may differ, as for transcript.Diff. A pattern must not ask for the end of the
	// text, and where one ends a message, the playback waits for 10 ms for more of it.
	Ignore []transcript.Ignore
	// Vary has what may be other bytes in each of the client's messages. A number of bytes that no
	// pattern can count, as they are no text, are offsets here.
	Vary []Span
	// Carry has what the answers repeat of the requests.
	Carry []Carry
	// Pace is how much of the recorded pauses there is before what the server does: 1 as recorded, 0.5 half. If zero, none.
	Pace float64
	// Patience is how much longer than in the recording the client may take for what it is to say next. If zero, five
	// seconds; if negative, for ever.
	Patience time.Duration
	// Healthy says that the recorded plan does not act again.
	Healthy bool

	mu      sync.Mutex    // guards what follows
	loaded  []*part       // what it makes of the recording; nil: nothing yet
	loadErr error         // why it can't
	carries []*Carry      // Carry, and Vary
	again   *replayedPlan // what of the recorded plan acts again; nil: nothing
	played  map[int]int   // how often each recorded connection was, by its number
}

// PlaybackMatch says which recorded connection is for which of the client's.
type PlaybackMatch uint8

// The matches.
const (
	// ByOrder lets the Nth connection, or peer, be the recorded Nth.
	ByOrder PlaybackMatch = iota
	// ByFirstBytes lets a connection be the first recorded one, not played yet, whose first message it begins with: for clients
	// that open several at once. On each recorded connection the client must have spoken first.
	ByFirstBytes
)

// PlaybackExtra says what becomes of what the recording has not: a connection, a request on a connection after all that was
// recorded, or a datagram.
type PlaybackExtra uint8

// The ways.
const (
	// ExtraFails makes it a mismatch.
	ExtraFails PlaybackExtra = iota
	// ExtraRefused ends the connection with an RST (a unix socket's by closing it), and gives a datagram no answer.
	ExtraRefused
	// ExtraRepeats plays the recorded again: the connections from the first one on; a connection's requests from
	// its first one on; to a datagram that was answered already, its answer.
	ExtraRepeats
)

// A part is a recorded connection, and what may differ on it.
type part struct {
	*dialogue
	x       *expectation
	changes []substitution
}

// Validate refuses what can't be played, and says what to do about it: a recording that is empty, of datagrams, or that lacks bytes;
// an Ignore or a Carry that is never about anything recorded; a pattern that can't be matched while a stream comes.
func (p *Playback) Validate() error {
	_, err := p.parts()
	return err
}

// parts returns the recorded connections in their order.
func (p *Playback) parts() ([]*part, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loaded == nil && p.loadErr == nil {
		p.loaded, p.loadErr = p.load()
	}
	return p.loaded, p.loadErr
}

// replay returns what of the recorded plan acts again.
func (p *Playback) replay() (fault.Plan, bool, error) {
	if p.Healthy {
		return fault.Plan{}, false, nil
	}
	again, err := planOf(p.Recording, fault.Streams)
	if err != nil {
		return fault.Plan{}, false, err
	}
	p.mu.Lock()
	p.again, p.loaded = again, nil
	p.mu.Unlock()
	_, err = p.parts()
	return again.plan, true, err
}

// ServeConn plays the recorded connection that is for c.
func (p *Playback) ServeConn(ctx context.Context, c *Conn) error {
	parts, err := p.parts()
	if err != nil {
		return err
	}
	pl := newPlayer(p, c)
	defer pl.stop()
	if err := pl.choose(ctx, parts); err != nil || pl.part == nil || pl.isClosed {
		return err
	}
	err = pl.run(ctx)
	if _, ok := errors.AsType[*MismatchError](err); ok {
		pl.performRest(ctx) // of what the client had coming before, however its bytes were cut
	}
	return err
}

// Unplayed returns the numbers of the recorded connections that no connection has been so far.
func (p *Playback) Unplayed() (all []int) {
	parts, _ := p.parts()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range parts {
		if p.played[d.conn] == 0 {
			all = append(all, d.conn)
		}
	}
	return all
}

// name returns what errors call the recording.
func (p *Playback) name() string { return nameOfRecording(p.Name, p.Recording) }

func nameOfRecording(name string, rec transcript.Recording) string {
	if name != "" {
		return name
	}
	if h := rec.Transcript.Header(); h.Name != "" {
		return "the recording of " + h.Name
	}
	return "the recording"
}

func (p *Playback) patience() time.Duration {
	if p.Patience == 0 {
		return defaultPatience
	}
	return p.Patience
}

// defaultPatience is how long a playback waits for what is missing.
const defaultPatience = 5 * time.Second

// settleTime is how long a playback waits for more of what a pattern at the end of a message might go on matching.
const settleTime = 10 * time.Millisecond

// where returns what errors call a recorded connection.
func (p *Playback) where(d *dialogue) string { return fmt.Sprintf("conn %d of %s", d.conn, p.name()) }
