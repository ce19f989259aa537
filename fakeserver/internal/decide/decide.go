package decide

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Program is a plan ready to decide. Its methods may be called from several goroutines at
// once. Programs are compared with ==: a server that has replaced its plan has another one, with
// which its streams and peers catch up by Adopt.
type Program interface {
	// Empty reports whether the plan has no rules.
	Empty() bool

	// Start returns what is to be done when the server starts, or, for a program that takes over
	// from another, when it does: what that has not had. It is the same for no two calls. It counts
	// none of that as done: see Started.
	Start() []Step
	// Started counts that step, which Start returned, was carried out.
	Started(step Step)

	// Accept returns what is to be done with connection conn when it is accepted: what waits
	// first, and then at most one ending. Each OpFailAccept among it is for when the connection is to
	// be handed out. It counts none of that as done: see Accepted.
	Accept(conn int) []Step
	// Accepted counts that step, which Accept returned for connection conn, was carried out; of an
	// OpFailAccept, once for each call that fails.
	Accepted(conn int, step Step)
	// HasOnAccept reports whether the plan still has the rule of step, which the Accept of
	// this or an earlier program returned for connection conn. A rule that has its key and
	// other contents is another.
	HasOnAccept(conn int, step Step) bool

	// HasRule reports whether the plan still has the rule that a step, or an outage, of this or an
	// earlier program came from: it is known by that's Account. A rule that has its key and other
	// contents is another.
	HasRule(account any) bool

	// Stream returns the decisions for direction d of connection conn, from its first byte
	// on, or nil if no rule is for it.
	Stream(conn int, d transcript.Direction) Stream
	// HasStream reports whether Stream does not return nil.
	HasStream(conn int, d transcript.Direction) bool
	// StreamAt is Stream for a direction of which offset bytes have passed already, in so many
	// writes. Windows that are open there apply from there on; a rule whose offset is past never acts. Tick
	// returns what is due at that very offset.
	StreamAt(conn int, d transcript.Direction, offset, writes int64) Stream
	// Peer returns the decisions for direction d of peer conn. It is never nil.
	Peer(conn int, d transcript.Direction) Peer
}

// A Stream decides what happens to one direction of one connection. It is fed the sender's
// bytes, in pieces of any size, and answers with steps that depend on the bytes alone and not on
// the pieces. Rules that go by time see the connection's age that comes with each call.
//
// It is used by one goroutine at a time, but for Done, Undo, Idle and Followed, which may be called
// at any time. The slice of steps that a method returns is good until the next call of one that
// returns steps; a Step that is copied from it may be kept, and so may its Data, which is part of
// what was fed, or new.
type Stream interface {
	// Tick returns the steps that are due at an age without another byte: with 0, before the
	// first one.
	Tick(age time.Duration) []Step
	// Feed decides about p, the sender's next bytes. It neither changes p nor keeps it, but
	// where a rule changed nothing, the steps' Data are parts of p. Bytes after an ending are
	// not taken: see Taken.
	Feed(p []byte, age time.Duration) []Step
	// FeedSome is Feed for as much of p as makes some thousands of steps: see Taken. Rules
	// that cut a stream into single bytes make two for each.
	FeedSome(p []byte, age time.Duration) []Step
	// WriteEnds says that the sender's present write ends at an offset ahead. It counts once that
	// is reached; no Feed goes past it. A later call takes its place: the write has failed before.
	WriteEnds(at int64)
	// Taken returns the offset up to which bytes were taken from the sender.
	Taken() int64
	// Flush hands on the bytes that rules keep back until they have seen what comes next,
	// where nothing comes next.
	Flush() []Step
	// Finish decides about the sender's end of stream. Nothing is decided afterwards.
	Finish(age time.Duration) []Step
	// Adopt goes over to another program of the same server, at the present offset. Rules that
	// the two share go on where they are. It returns the steps that are due at once: a rule
	// that comes for this very offset acts as if it had been there before.
	Adopt(next Program, age time.Duration) []Step

	// Room returns how many bytes may be taken from the sender before a rule may want to
	// act, whatever they are: so many may be read and not one more, where a rule is to end the
	// connection with the rest unread. It is zero once the stream has ended.
	Room() int64
	// Looks reports whether Room hangs on what the next bytes are, or on the time, so that
	// Reach may be more.
	Looks() bool
	// Reach is Room for a reader that has looked at the sender's next bytes: it returns how
	// many of them may be taken, if they are fed at the same age. It is zero if the time has
	// come for a rule, which Tick lets act.
	Reach(next []byte, age time.Duration) int
	// Alarm returns the age at which Tick has to be called even if no byte comes; ok is
	// false if there is none.
	Alarm() (age time.Duration, ok bool)

	// Told reports whether the other direction of the connection has told something, by the Done
	// of an OpTell, that this one has not heard of: Tick, Finish and Adopt hear of it, and let what
	// waits for it act. It is told when the match's last byte has got to where it is to matter:
	// from a client, to the handler; to a client, out of the server. Alarm wants Tick at once where
	// there is something.
	Told() bool

	// Done counts that step was carried out.
	Done(step Step)
	// Undo takes back the Done of step, the rule's last on this connection: the bytes before
	// it did not leave after all.
	Undo(step Step)
	// Idle counts that step was reached and did nothing, since the connection had ended or
	// its gate was open. Its rule has not fired.
	Idle(step Step)
	// Followed counts n of the sender's bytes that came after whatever has stopped the
	// stream so far, unless a rule has ended it since. Feed does so itself: it is for bytes
	// that are never fed.
	Followed(n int64)
	// Has reports whether the stream still goes by the rule of step. A rule that has its key
	// and other contents is another.
	Has(step Step) bool
}

// A Peer decides what happens to the datagrams of one direction of one peer. It is used by one
// goroutine at a time, but for Done and Undo, which may be called at any time.
type Peer interface {
	// Next decides about the peer's next datagram, which came at the given age of the peer. It
	// doesn't change data; the verdict's Data is data, or a changed copy. It counts no rule as
	// fired: see Done.
	Next(data []byte, age time.Duration) Verdict
	// Skip counts the peer's next n datagrams without a decision, for a program without rules,
	// and returns the number of the first.
	Skip(n int) int64
	// Count returns how many datagrams there were so far.
	Count() int64
	// IsStale reports whether the peer goes by another program than the present one.
	IsStale(present Program) bool
	// Adopt goes over to another program of the same server, from the next datagram on. Rules
	// that the two share go on where they are.
	Adopt(next Program)

	// Done counts that a rule has acted on a datagram: that this was lost, if hit.Copy is 0, or
	// that so many copies of it were delivered. A rule that never hears Done was reached.
	Done(hit Hit)
	// Undo takes back the Done of hit, the last that any peer of the server was told for that
	// rule: the datagram did not leave after all.
	Undo(hit Hit)
}
