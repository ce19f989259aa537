package nettest

import (
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A recorder has a record: the servers of fakeserver, and what embeds one.
type recorder interface{ Transcript() transcript.Transcript }

// A lifetime has an end, after which nothing is added to its record.
type lifetime interface{ Done() <-chan struct{} }

// record is what a matcher looks at.
type record struct {
	transcript.Transcript
	final bool // nothing is added to it any more
}

// recordOf returns the record of actual, the value that an assertion is about.
func recordOf(matcher string, actual any) (record, error) {
	switch a := actual.(type) {
	case transcript.Transcript:
		return record{a, true}, nil
	case *transcript.Transcript:
		if a != nil {
			return record{*a, true}, nil
		}
	case recorder:
		if !isNil(a) {
			done := isDone(a) // asked first: else something could come between the two
			return record{a.Transcript(), done}, nil
		}
	}
	return record{}, misuse("%s wants a server or a transcript.Transcript, not %s", matcher, describe(actual))
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

// isNil reports whether v is a nil that an interface hides.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return r.IsNil()
	}
	return !r.IsValid()
}

// describe says what kind of thing v is. It does not print it: it may be large.
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

// isPackets reports whether the record is one of datagrams.
func (r record) isPackets() bool {
	n := r.Header().Network
	return strings.HasPrefix(n, "udp") || strings.HasPrefix(n, "ip") || n == "unixgram"
}

// numbers returns the numbers of the connections to look at: conn, if there was
// one, or all for zero.
func (r record) numbers(conn int) iter.Seq[int] {
	first, last := conn, min(conn, r.Conns())
	if conn == 0 {
		first, last = 1, r.Conns()
	}
	return func(yield func(int) bool) {
		for n := first; n <= last && yield(n); n++ {
		}
	}
}

// A tail is how far one connection's end has come, as its events tell.
type tail struct {
	fin    [transcript.ToClient + 1]bool // by direction
	reset  bool                          // by the server
	closed bool
}

func (t *tail) add(e transcript.Event) {
	switch e.Kind {
	case transcript.FIN:
		t.fin[e.Direction] = true
	case transcript.RST:
		t.reset = t.reset || e.Direction == transcript.ToClient
	case transcript.Close:
		t.closed = true
	}
}

// complete reports whether all bytes of direction d are in the record. An RST does
// not make it so: whoever noticed it may not have been the one who reads, and what
// had arrived before is read after it. A socket is closed when all was read, but for
// one that the server resets.
func (t *tail) complete(d transcript.Direction) bool {
	return t.fin[d] || t.closed && !t.reset
}

// settles reports whether nothing is added to f any more. What the handler did not read is
// known only when it has ended, which may be long after its client.
func (t *tail) settles(f flow) bool {
	return t.isOver() || !f.discarded && t.complete(f.d)
}

// isOver reports whether nothing at all is added any more.
func (t *tail) isOver() bool { return t.closed && !t.reset }

// tailOf returns the end of connection n.
func (r record) tailOf(n int) *tail {
	t := new(tail)
	for e := range r.Conn(n).All() {
		t.add(e)
	}
	return t
}
