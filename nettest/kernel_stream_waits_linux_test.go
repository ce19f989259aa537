package nettest_test

// waits are the rows in which a call waits, or must not.
var waits = []row{
	{"past deadline", "past read deadline", "it comes before bytes that are there", func(a, b *side) {
		a.write("x")
		b.arrived(1)
		b.readDeadline(-later)
		b.read(1)
		b.read(0)
		b.write("y")
		b.readDeadline(0)
		b.read(1)
	}},
	{"past deadline", "past write deadline", "it comes before room", func(a, b *side) {
		a.writeDeadline(-later)
		a.write("x")
		a.write("")
		a.writeDeadline(later)
		a.write("x")
		b.arrived(1)
		b.read(9)
	}},
	{"passing deadline", "deadline passes", "a blocked Read returns, and so do later ones", func(a, b *side) {
		b.readDeadline(soon)
		b.read(1)
		b.read(1)
		a.write("x")
		b.arrived(1)
		b.read(1)
		b.deadline(later)
		b.read(1)
	}},
	{"moved deadline", "deadline is moved to now", "it applies to calls that are blocked", func(a, b *side) {
		b.deadline(later)
		b.blockedRead(1, func() { b.readDeadline(-later) })
		b.fill()
		b.blockedWrite(huge, func() { b.writeDeadline(-later) })
	}},
	{"moved deadline", "deadline is moved away", "a blocked Read goes on", func(a, b *side) {
		b.readDeadline(later)
		b.blockedRead(1, func() { b.readDeadline(0); a.write("x") })
	}},
	{"blocked call", "bytes wake a Read", "and it returns what there is", func(a, b *side) {
		b.blockedRead(10, func() { a.write("hello") })
	}},
	{"blocked call", "FIN wakes a Read", "with an end", func(a, b *side) {
		b.blockedRead(10, func() { a.closeWrite() })
		b.read(10)
	}},
	{"blocked call", "RST wakes a Read", "which hears of it", func(a, b *side) {
		b.blockedRead(10, func() { a.reset() })
		b.read(10)
		b.write("x")
	}},
	{"blocked call", "RST wakes a Write", "which hears of it", func(a, b *side) {
		b.fill()
		b.blockedWrite(huge, func() { a.reset() })
		b.write("x")
		b.read(1)
	}},
	{"unread input", "close with unread input wakes a Write", "as an RST", func(a, b *side) {
		b.fill()
		b.blockedWrite(huge, func() { a.close() })
		b.read(1)
		b.write("x")
	}},
	{"blocked call", "own close wakes a Read", "use of closed", func(a, b *side) {
		a.blockedRead(10, func() { a.close() })
	}},
	{"blocked call", "own close wakes a Write", "use of closed", func(a, b *side) {
		a.fill()
		a.blockedWrite(huge, func() { a.close() })
		a.write("x")
	}},
	{"blocked call", "own CloseRead wakes a Read", "with an end", func(a, b *side) {
		a.blockedRead(10, func() { a.closeRead() })
	}},
	{"blocked call", "own CloseWrite wakes a Write", "with EPIPE", func(a, b *side) {
		a.fill()
		a.blockedWrite(huge, func() { a.closeWrite() })
	}},
	{"full window", "a full window", "Write times out", func(a, b *side) {
		a.fill()
		a.writeDeadline(soon)
		a.overfill()
		a.write("")
		a.read(0)
	}},
	{"RST", "close, then reset by the other", "the one that closed first feels nothing", func(a, b *side) {
		a.close()
		b.sawFIN()
		b.reset()
		b.read(1)
		a.read(1)
	}},
	{"own close", "both close", "in order", func(a, b *side) {
		a.close()
		b.sawFIN()
		b.read(1)
		b.close()
		a.close()
		b.close()
	}},
	{"RST", "RST, then close", "closing a connection that is gone is no error", func(a, b *side) {
		a.reset()
		b.sawRST()
		b.linger(0)
		b.deadline(later)
		b.close()
		b.close()
	}},
	{"RST", "both reset", "at once", func(a, b *side) {
		a.reset()
		b.sawRST()
		b.reset()
		b.read(1)
	}},
}
