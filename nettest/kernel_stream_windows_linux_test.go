package nettest_test

import (
	"fmt"
	"io"
	"time"
)

// windows are the rows about full windows, and more about calls that wait.
var windows = []row{
	{"full window", "a full window, then room", "the Write goes on", func(a, b *side) {
		a.fill()
		a.blockedWrite(huge, func() { b.drain(a, huge) })
		a.write("x")
		b.arrived(1)
		b.read(9)
	}},
	{"full window", "a full window, then half-close", "all of it is read, and then the end", func(a, b *side) {
		a.fill()
		a.closeWrite()
		b.drain(a, 0)
		b.read(1)
		b.write("goes on")
		a.arrived(7)
		a.read(9)
	}},
	{"full window", "a full window, then close", "nothing is lost", func(a, b *side) {
		a.fill()
		a.close()
		b.drain(a, 0)
		b.read(1)
	}},
	{"full window", "a full window, then both half-close", "a FIN that has not arrived ends nothing", func(a, b *side) {
		a.fill()
		a.closeWrite()
		b.closeWrite()
		a.sawFIN()
		a.closeRead()
		a.closeWrite()
		a.read(1)
		b.drain(a, 0)
		b.read(1)
		b.sawRST()
		b.closeWrite()
	}},
	{"full window", "a full window, then half-close and RST", "the FIN does not come before it", func(a, b *side) {
		a.fill()
		a.closeWrite()
		a.reset()
		b.sawRST()
		b.write("x")
		b.readAll()
		b.write("x")
	}},
	{"full window", "a full window, then close, and the other writes", "an RST, and no FIN", func(a, b *side) {
		a.fill()
		a.close()
		b.write("x")
		b.sawRST()
		b.readAll()
		b.read(1)
		b.write("x")
	}},
	{"full window", "after a FIN a full window, half-close, and an RST", "what waits for its FIN learns of it", func(a, b *side) {
		a.closeWrite()
		b.sawFIN()
		b.fill()
		b.closeWrite()
		a.close()
		b.sawRST()
		b.write("x")
		b.write("x")
		b.read(1)
	}},
	{"full window", "a full window, then close with linger", "it waits for its FIN to arrive", func(a, b *side) {
		a.fill()
		a.linger(3600)
		a.blockedClose(func() { b.drain(a, 0) })
		b.read(1)
	}},
	{"full window", "a full window, close with linger, and an RST", "there is nothing to wait for", func(a, b *side) {
		a.fill()
		a.linger(3600)
		a.blockedClose(func() { b.close() })
	}},
	{"full window", "full windows both ways", "a Read makes room for the other's Write", func(a, b *side) {
		a.fill()
		b.fill()
		a.writeDeadline(soon)
		a.overfill()
		b.drain(a, 0)
		a.writeDeadline(0)
		a.write("x")
		a.drain(b, 0)
		b.arrived(1)
		b.read(9)
	}},
	{"full window", "a full window, then reset", "what the reader has not got is gone", func(a, b *side) {
		a.fill()
		a.reset()
		b.readAll()
		b.read(1)
		b.write("x")
	}},
	{"full window", "an empty write into a full window", "it needs no room", func(a, b *side) {
		a.fill()
		a.write("")
		a.writeDeadline(soon)
		a.overfill()
		a.write("")
	}},
	{"unread input", "close with unread input, while a Read is blocked", "it hears of the RST", func(a, b *side) {
		b.write("unread")
		a.arrived(6)
		b.blockedRead(1, func() { a.close() })
		b.read(1)
		b.write("x")
	}},
	{"unread input", "close with unread input after a FIN", "an RST answers the half that was open", func(a, b *side) {
		a.write("unread")
		a.closeWrite()
		b.sawFIN()
		b.close()
		a.sawRST()
		a.read(1)
		a.read(1)
		a.write("x")
	}},
	{"unread input", "CloseRead, then close with unread input", "what was not wanted counts", func(a, b *side) {
		a.write("unread")
		b.arrived(6)
		b.closeRead()
		b.close()
		a.sawRST()
		a.read(1)
		a.write("x")
	}},
	{"passing deadline", "a read deadline passes", "Write is not concerned", func(a, b *side) {
		b.readDeadline(soon)
		b.read(1)
		b.write("x")
		a.arrived(1)
		a.read(1)
	}},
	{"passing deadline", "a write deadline passes", "Read is not concerned", func(a, b *side) {
		a.fill()
		a.writeDeadline(soon)
		a.overfill()
		b.write("y")
		a.arrived(1)
		a.read(1)
	}},
	{"passing deadline", "a deadline passes, then own close", "it is closed, and no more late", func(a, b *side) {
		a.deadline(soon)
		a.read(1)
		a.close()
		a.read(1)
		a.write("x")
	}},
	{"past deadline", "past deadline and FIN", "the deadline comes first, and hides nothing", func(a, b *side) {
		a.write("bye")
		a.close()
		b.sawFIN()
		b.readDeadline(-later)
		b.read(9)
		b.readDeadline(0)
		b.read(9)
		b.readDeadline(-later)
		b.read(9)
		b.readDeadline(0)
		b.read(9)
	}},
	{"past deadline", "past deadline, then own half-close", "closing needs no time", func(a, b *side) {
		a.deadline(-later)
		a.closeWrite()
		a.write("x")
		a.deadline(0)
		a.write("x")
		b.sawFIN()
		b.read(1)
	}},
	{"cleared deadline", "a read deadline is cleared after it has passed", "Read is as before", func(a, b *side) {
		b.readDeadline(soon)
		b.read(1)
		b.readDeadline(0)
		b.blockedRead(9, func() { a.write("x") })
	}},
	{"cleared deadline", "a write deadline is cleared after it has passed", "Write is as before", func(a, b *side) {
		a.fill()
		a.writeDeadline(soon)
		a.overfill()
		a.writeDeadline(0)
		a.blockedWrite(huge, func() { b.drain(a, huge) })
	}},
	{"cleared deadline", "a deadline is cleared under a blocked Read", "the FIN ends it", func(a, b *side) {
		b.deadline(later)
		b.blockedRead(9, func() { b.deadline(0); a.closeWrite() })
	}},
	{"moved deadline", "a deadline is moved closer", "a blocked Read ends by the new one", func(a, b *side) {
		b.readDeadline(later)
		b.blockedRead(9, func() { b.readDeadline(soon) })
	}},
	{"moved deadline", "a write deadline is moved under a blocked Write", "to now, and then away", func(a, b *side) {
		a.fill()
		a.writeDeadline(later)
		a.blockedWrite(huge, func() { a.writeDeadline(-later) })
		a.writeDeadline(later)
		a.blockedWrite(huge, func() { b.drain(a, huge) })
	}},
	{"own close", "own close with linger", "bytes before it arrive", func(a, b *side) {
		a.linger(1)
		a.write("bye")
		a.close()
		b.sawFIN()
		b.read(9)
		b.read(9)
	}},
}

// blockedClose calls do while a Close is blocked.
func (s *side) blockedClose(do func()) {
	what, err := s.whileBlocked(func() (string, error) { return "blocked Close", s.c.Close() }, do)
	s.say(what, err)
}

// overfill writes more than fits, although the kernel finds room for a few more bytes now and
// then. How many is not part of the story.
func (s *side) overfill() {
	n, err := s.c.Write(make([]byte, huge))
	s.full += n
	s.say("Write", err)
}

// drain reads what the other side filled the window with, and what it is still writing.
func (s *side) drain(filled *side, more int) {
	want := int64(filled.full + more)
	s.c.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := io.CopyN(io.Discard, struct{ io.Reader }{s.c}, want)
	s.c.SetReadDeadline(time.Time{})
	s.say(fmt.Sprintf("all was read: %v", n == want), err)
}

// readAll reads as long as there is something. How much that is is not part of the story.
func (s *side) readAll() {
	_, err := io.Copy(io.Discard, struct{ io.Reader }{s.c})
	s.say("read all", err)
}
