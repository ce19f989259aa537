package nettest_test

// windows are the rows about full windows, and more about what waits.
var windows = []row{
	{"full window", "a full window, then room", "the Write goes on", func(a, b *side) {
		a.fill()
		a.blockedWrite(1, func() { b.drain(a) })
		b.arrived(1)
		b.read(9)
	}},
	{"full window", "a full window, then half-close", "all of it is read, and then the end", func(a, b *side) {
		a.fill()
		a.closeWrite()
		b.drain(a)
		b.read(1)
		b.write("goes on")
		a.arrived(7)
		a.read(9)
	}},
	{"full window", "a full window, then close", "nothing is lost", func(a, b *side) {
		a.fill()
		a.close()
		b.drain(a)
		b.read(1)
	}},
	{"full window", "full windows both ways", "a Read makes room for the other's Write", func(a, b *side) {
		a.fill()
		b.fill()
		a.writeDeadline(soon)
		a.write("x")
		b.drain(a)
		a.writeDeadline(0)
		a.write("x")
		a.drain(b)
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
		a.write("x")
		a.write("")
	}},
	{"unread input", "close with unread input, while a Read is blocked", "it hears of the RST", func(a, b *side) {
		b.write("unread")
		a.arrived(6)
		b.blockedRead(1, func() { a.close() })
		b.read(1)
		b.write("x")
	}},
	{"unread input", "close with unread input behind a FIN", "an RST answers the half that was open", func(a, b *side) {
		a.write("unread")
		a.closeWrite()
		b.sawFIN()
		b.close()
		a.sawRST()
		a.read(1)
		a.read(1)
		a.write("x")
	}},
	{"unread input", "CloseRead, then close with unread input", "what nobody wanted counts", func(a, b *side) {
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
		a.write("x")
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
		a.write("x")
		a.writeDeadline(0)
		a.blockedWrite(1, func() { b.drain(a) })
		b.arrived(1)
		b.read(9)
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
		a.blockedWrite(1, func() { a.writeDeadline(-later) })
		a.writeDeadline(later)
		a.blockedWrite(1, func() { b.drain(a) })
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
