package match

import (
	"fmt"
	"iter"
	"reflect"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A recorder has a record: the servers of package fakeserver, and what embeds one.
type recorder interface{ Transcript() transcript.Transcript }

// A lifetime has an end, after which nothing is added to its record.
type lifetime interface{ Done() <-chan struct{} }

// A record is what a matcher looks at.
type record struct {
	transcript.Transcript                       // what came since the mark, if there is one
	whole                 transcript.Transcript // from the beginning
	mark                  transcript.Mark
	final                 bool // nothing will be added to it
}

// recordOf returns the record of actual, the value that an assertion is about.
func recordOf(matcher string, actual any) (record, error) {
	switch a := actual.(type) {
	case transcript.Transcript:
		return record{Transcript: a, whole: a, final: true}, nil
	case *transcript.Transcript:
		if a != nil {
			return record{Transcript: *a, whole: *a, final: true}, nil
		}
	case transcript.Recording:
		return recordOf(matcher, a.Transcript)
	case *transcript.Recording:
		if a != nil {
			return recordOf(matcher, a.Transcript)
		}
	case recorder:
		if !isNil(a) {
			done := isDone(a) // first, or an event could come between the two
			t := a.Transcript()
			return record{Transcript: t, whole: t, final: done}, nil
		}
	}
	return record{}, misuse("%s wants a server, a transcript.Transcript or a transcript.Recording, not %s", matcher, describe(actual))
}

// isDone reports whether a has come to its end.
func isDone(a any) bool {
	l, ok := a.(lifetime)
	if !ok {
		return false
	}
	select {
	case <-l.Done():
		return true
	default:
		return false
	}
}

// isNil reports whether v is nil, or an interface that holds a nil.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return r.IsNil()
	}
	return !r.IsValid()
}

// describe returns the type of v in words. It does not print v, which may be large.
func describe(v any) string {
	switch {
	case v == nil:
		return "nil"
	case isNil(v):
		return fmt.Sprintf("a nil %T", v)
	case reflect.TypeOf(v).Kind() == reflect.Func:
		return fmt.Sprintf("a %T (only Eventually and Consistently call functions)", v)
	}
	return fmt.Sprintf("a %T", v)
}

// shown returns the record as it may be shown. Failures are made of that, and not of what Match saw.
func (r record) shown() record {
	r.Transcript, r.whole = r.Transcript.Redacted(), r.whole.Redacted()
	return r
}

// title is the header as it may be shown.
func (r record) title() transcript.Header { return r.Redacted().Header() }

// redacted returns err, which may quote the record, as it may be shown.
func (r record) redacted(err error) error {
	if m, ok := err.(*misuseError); ok {
		return &misuseError{r.whole.Redact(m.text)}
	}
	return err
}

// isPackets reports whether the record is one of datagrams.
func (r record) isPackets() bool { return r.Header().IsOfDatagrams() }

// unit is what the record counts: conns, or peers.
func (r record) unit() string { return unitOf(r.isPackets()) }

// unitOf returns what a record of packets counts, or one of streams.
func unitOf(packets bool) string {
	if packets {
		return "peer"
	}
	return "conn"
}

// numbers returns the numbers of the connections to look at: conn alone, if there is
// such a connection, or if conn is zero, all of them; since a mark, those that anything is recorded of.
func (r record) numbers(conn int) iter.Seq[int] {
	if conn > 0 {
		return func(yield func(int) bool) { _ = conn <= r.whole.Conns() && yield(conn) }
	}
	return func(yield func(int) bool) {
		for n := 1; n <= r.Conns(); n++ {
			if (!r.isSince() || r.Conn(n).Len() > 0) && !yield(n) {
				return
			}
		}
	}
}

// isSince reports whether the record is what came since a mark.
func (r record) isSince() bool { return r.Len() < r.whole.Len() }
