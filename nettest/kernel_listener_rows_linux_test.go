package nettest_test

// A listenerRow is a story about a listener and its clients, which must be the same on the
// kernel's loopback and on a Network.
type listenerRow struct {
	kind string // one of kinds
	name string
	why  string
	tell func(l *listenerSide)
}

var listenerRows = []listenerRow{
	{"backlog", "bytes before Accept", "a client is served before it is accepted", func(l *listenerSide) {
		a := l.dial("a")
		a.write("early")
		l.queued(1)
		b := l.accept("b")
		b.arrived(5)
		b.read(9)
		b.write("answer")
		a.arrived(6)
		a.read(9)
	}},
	{"backlog", "in order", "the first dial is accepted first", func(l *listenerSide) {
		a := l.dial("a")
		l.queued(1)
		c := l.dial("c")
		l.queued(2)
		a.write("first")
		c.write("second")
		b := l.accept("b")
		b.arrived(5)
		b.read(9)
		d := l.accept("d")
		d.arrived(6)
		d.read(9)
	}},
	{"backlog", "a client that left", "it is accepted nevertheless, and its bytes are there", func(l *listenerSide) {
		a := l.dial("a")
		a.write("bye")
		a.close()
		l.queued(1)
		b := l.accept("b")
		b.sawFIN()
		b.read(9)
		b.read(9)
	}},
	{"backlog", "a client that reset", "it is accepted, too", func(l *listenerSide) {
		a := l.dial("a")
		l.queued(1)
		a.reset()
		b := l.accept("b")
		b.sawRST()
		b.read(9)
		b.read(9)
		b.write("x")
	}},
	{"backlog", "a full backlog", "a dial gets no answer", func(l *listenerSide) {
		l.room(2)
		l.dial("a")
		l.queued(1)
		l.dial("b")
		l.queued(2)
		l.dialFor(soon)
		l.dialFor(soon)
	}},
	{"backlog", "a full backlog, and a dial is canceled", "it says so", func(l *listenerSide) {
		l.room(1)
		l.dial("a")
		l.queued(1)
		l.blockedDial(func(cancel func()) { cancel() })
	}},
	{"backlog", "a full backlog, then Accept", "a dial that waits is answered", func(l *listenerSide) {
		l.room(1)
		l.dial("a")
		l.queued(1)
		l.blockedDial(func(func()) { l.accept("b") })
		l.accept("c")
	}},
	{"backlog", "a full backlog, then the listener closes", "a dial that waits is refused", func(l *listenerSide) {
		l.room(1)
		a := l.dial("a")
		l.queued(1)
		l.blockedDial(func(func()) { l.close() })
		a.read(1)
	}},
	{"listener closed", "before Accept", "an RST, and what the client had sent is lost", func(l *listenerSide) {
		a := l.dial("a")
		a.write("hello")
		l.queued(1)
		l.close()
		a.sawRST()
		a.read(9)
		a.read(9)
		a.write("x")
	}},
	{"listener closed", "before Accept, with a blocked Read", "the Read learns of the RST", func(l *listenerSide) {
		a := l.dial("a")
		l.queued(1)
		a.blockedRead(9, l.close)
		a.write("x")
	}},
	{"listener closed", "before Accept, after a half-close", "an RST as well", func(l *listenerSide) {
		a := l.dial("a")
		l.queued(1)
		a.closeWrite()
		l.close()
		a.sawRST()
		a.read(9)
		a.read(9)
	}},
	{"listener closed", "accepted before", "its connections go on", func(l *listenerSide) {
		a := l.dial("a")
		b := l.accept("b")
		l.close()
		a.write("hello")
		b.arrived(5)
		b.read(9)
	}},
	{"listener closed", "own calls", "everything fails from then on", func(l *listenerSide) {
		l.close()
		l.accept("a")
		l.deadline(later)
		l.deadline(0)
		l.close()
	}},
	{"listener closed", "close wakes an Accept", "use of closed", func(l *listenerSide) {
		l.blockedAccept(l.close)
	}},
	{"listener closed", "then a dial", "it is refused", func(l *listenerSide) {
		l.close()
		l.dial("a")
		l.dialFor(later)
	}},
	{"past deadline", "Accept under a past deadline", "it comes before a connection that waits", func(l *listenerSide) {
		l.dial("a")
		l.queued(1)
		l.deadline(-later)
		l.accept("b")
		l.accept("b")
		l.deadline(0)
		l.accept("b")
	}},
	{"passing deadline", "an Accept's deadline passes", "once and for all", func(l *listenerSide) {
		l.deadline(soon)
		l.accept("a")
		l.accept("a")
		l.close()
		l.accept("a")
	}},
	{"moved deadline", "an Accept's deadline is moved", "it applies to one that is blocked", func(l *listenerSide) {
		l.deadline(later)
		l.blockedAccept(func() { l.deadline(-later) })
		l.deadline(later)
		l.blockedAccept(func() { l.dial("a") })
	}},
	{"cleared deadline", "an Accept's deadline is cleared", "a connection ends it", func(l *listenerSide) {
		l.deadline(later)
		l.blockedAccept(func() { l.deadline(0); l.dial("a") })
	}},
}
