package main

import (
	"bytes"
	"io"
	"testing"
)

// What prints may be behind by so much, and then clients wait; not once nothing prints any more. What is written is taken all the same.
func TestLiveHasNoRoomForMore(t *testing.T) {
	for _, test := range []struct {
		name string
		goOn func(*live)
		rest int // bytes that are read in the end
	}{
		{"it is read", func(l *live) { l.Read(make([]byte, 10)) }, maxUnread - 10 + 3},
		{"it is not read any more", (*live).leave, 0},
	} {
		l := newLive()
		l.Write(make([]byte, maxUnread-1))
		if l.Room() != nil {
			t.Errorf("%s: there is no room for one byte less", test.name)
		}
		l.Write([]byte{0})
		room := l.Room()
		if room == nil {
			t.Fatalf("%s: there is room for more", test.name)
		}
		select {
		case <-room:
			t.Errorf("%s: there is room for more before that", test.name)
		default:
		}
		test.goOn(l)
		<-room
		if l.Room() != nil {
			t.Errorf("%s: there is no room after that", test.name)
		}
		l.Write([]byte("abc"))
		l.end()
		rest, err := io.ReadAll(l)
		if len(rest) != test.rest || err != nil {
			t.Errorf("%s: %d bytes were left, %v; want %d", test.name, len(rest), err, test.rest)
		}
		if test.rest > 0 && !bytes.HasSuffix(rest, []byte("abc")) {
			t.Errorf("%s: the end is not there", test.name)
		}
	}
}
