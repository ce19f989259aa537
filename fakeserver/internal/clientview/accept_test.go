package clientview_test

import (
	"errors"
	"io"
	"net"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func closesConns(how transcript.Ending) step {
	return tells("CloseClientConns", func(w *viewer) error { return w.streams.CloseClientConns(how) })
}

func unanswered() step {
	return tells("IgnoreDials", func(w *viewer) error { return w.streams.IgnoreDials() })
}

// echoes is a real server. What it does when Accept fails is its caller's to say.
func echoes(ln net.Listener, goesOn func(error) bool) {
	for {
		c, err := ln.Accept()
		switch {
		case err == nil:
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		case !goesOn(err):
			return
		}
	}
}

func triesAgain(ln net.Listener) {
	echoes(ln, func(err error) bool { return !errors.Is(err, net.ErrClosed) })
}

func givesUp(ln net.Listener) { echoes(ln, func(error) bool { return false }) }

// acceptViews are the rows of what happens when a connection is accepted, or is not,
// and of what the server and its handler do without a rule.
var acceptViews = []view{{
	name: "reset on accept", rules: []fault.Rule{fault.OnAccept(fault.Reset{}).OnConn(1)},
	steps: []step{dialsIntoReset(), dials(ok), writes("hello", ok), reads(100, "hello", ok)},
	why:   "the kernel accepts by itself, so that Dial may work; the next connection is served", elsewhere: winsock,
}, {
	name: "close on accept", rules: []fault.Rule{fault.OnAccept(fault.Close{})},
	steps: []step{dials(ok), reads(100, "", atEnd), writes("hello", ok), closes(transcript.ByFIN, transcript.ByFIN), records(transcript.Discarded, "hello")},
	why:   "a FIN before the handler was called",
}, {
	name: "stall on accept", rules: []fault.Rule{fault.OnAccept(fault.Stall{})},
	steps: []step{dials(ok), writes("hello", ok), readsNothing()},
	why:   "the kernel has accepted: Dial and Write work, and nobody answers",
}, {
	name: "stall on accept for a time", rules: []fault.Rule{fault.OnAccept(fault.Stall{For: late})},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), atLeast(late)},
	why:   "the handler is called late",
}, {
	name: "accept fails", rules: []fault.Rule{fault.OnAccept(fault.FailAccept{}).OnConn(1).Times(2)}, owner: triesAgain,
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), dials(ok), writes("again", ok), reads(100, "again", ok)},
	why:   "the kernel has accepted: the connection waits in its queue until the server has it",
}, {
	name: "accept fails, and the server gives up", rules: []fault.Rule{fault.OnAccept(fault.FailAccept{}).OnConn(2)}, owner: givesUp,
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), dials(ok), writes("hello", ok), readsNothing(), closesAll(), reads(100, "", wasReset)},
	why:   "nobody takes it out of the queue, and the kernel resets what is there when the listener is closed", elsewhere: winsock,
}, {
	name: "down on accept", rules: []fault.Rule{fault.OnAccept(fault.Down{For: fault.Forever}).OnConn(1)},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), dials(isRefused), up(), dials(ok)},
	why:   "the port refuses before the handler answers", elsewhere: noGuard,
}, {
	name: "down at the start", rules: []fault.Rule{fault.AtStart(fault.Down{For: fault.Forever})},
	steps: []step{dials(isRefused), dials(isRefused), up(), dials(ok), writes("hello", ok), reads(100, "hello", ok)},
	why:   "a server that is not there yet has an address, at which nothing listens", elsewhere: noGuard,
}, {
	name: "down at the start for a time", rules: []fault.Rule{fault.AtStart(fault.Down{For: late})},
	steps: []step{comesUp(), atLeast(late), dials(ok), writes("hello", ok), reads(100, "hello", ok)},
	why:   "it is there after a while", elsewhere: noGuard,
}, {
	name: "down to the client", rules: []fault.Rule{fault.ToClient(fault.Down{For: late}).AfterBytes(5).OnConn(1)},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), dials(isRefused), writes("hello", ok), reads(100, "hello", ok), comesUp(), atLeast(late), dials(ok)},
	why:   "the port refuses before the byte leaves; what is open stays open", elsewhere: noGuard,
}, {
	name: "down from the client", rules: []fault.Rule{fault.FromClient(fault.Down{For: fault.Forever}).AfterBytes(5)},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), dials(isRefused), up(), dials(ok)},
	why:   "the port refuses before the handler gets the byte", elsewhere: noGuard,
}, {
	name: "ignored dials at the start", rules: []fault.Rule{fault.AtStart(fault.IgnoreDials{For: fault.Forever})},
	steps: []step{dialsInVain(), dialsInVain(), up(), dials(ok), writes("hello", ok), reads(100, "hello", ok)},
	why:   "the listener's backlog is full before anybody can dial", elsewhere: noGuard,
}, {
	name: "ignored dials on accept", rules: []fault.Rule{fault.OnAccept(fault.IgnoreDials{For: fault.Forever}).OnConn(1)},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), dialsInVain(), up(), dials(ok)},
	why:   "the backlog is full before the handler answers", elsewhere: noGuard,
}, {
	name: "ignored dials to the client", rules: []fault.Rule{fault.ToClient(fault.IgnoreDials{For: late}).AfterBytes(5).OnConn(1)},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), writes("hello", ok), reads(100, "hello", ok), comesUp(), atLeast(late), dials(ok), writes("hello", ok), reads(100, "hello", ok)},
	why:   "what is open stays open, and dials are answered when the time is over", elsewhere: noGuard,
}, {
	name: "ignored dials from the client", rules: []fault.Rule{fault.FromClient(fault.IgnoreDials{For: fault.Forever}).AfterBytes(5)},
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), dialsInVain(), down(), dials(isRefused), up(), dials(ok)},
	why:   "the backlog is full before the handler gets the byte; Down refuses", elsewhere: noGuard,
}, {
	name: "down", about: "Server.Down",
	steps: []step{dials(ok), down(), dials(isRefused), dials(isRefused), writes("hello", ok), reads(100, "hello", ok), up(), dials(ok), writes("hello", ok), reads(100, "hello", ok)},
	why:   "a bound socket that does not listen refuses; what is open stays open", elsewhere: noGuard,
}, {
	name: "down from the start", about: "Server.Down", cfg: fakeserver.Config{StartDown: true},
	steps: []step{dials(isRefused), up(), dials(ok), writes("hello", ok), reads(100, "hello", ok)},
	why:   "the address is known before anybody listens there", elsewhere: noGuard,
}, {
	name: "unanswered", about: "Server.IgnoreDials",
	steps: []step{dials(ok), unanswered(), dialsInVain(), dialsInVain(), writes("hello", ok), reads(100, "hello", ok), up(), dials(ok), writes("hello", ok), reads(100, "hello", ok)},
	why:   "a listener whose backlog is full does not answer a SYN", elsewhere: noGuard,
}, {
	name: "the server closes", about: "Server.Close",
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), closesAll(), reads(100, "", atEnd), writes("?", ok), awaits(isOver), writes("?", isBroken)},
	why:   "after a FIN the first Write works, and the RST that it brings makes EPIPE of the second", elsewhere: winsock,
}, {
	name: "the server closes and the client writes first", about: "Server.Close",
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), closesAll(), awaits(finCame), writes("?", ok), awaits(isOver), writes("?", isBroken), reads(100, "", atEnd)},
	why:   "a Write says nothing of a FIN that has come", elsewhere: winsock,
}, {
	name: "CloseClientConns by RST", about: "CloseClientConns",
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), closesConns(transcript.ByRST), reads(100, "", wasReset), reads(100, "", atEnd), writes("?", isBroken),
		closes(transcript.ByRST, transcript.ByRST)},
	why: "an RST without a rule looks the same", elsewhere: winsock,
}, {
	name: "CloseClientConns by FIN", about: "CloseClientConns",
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), closesConns(transcript.ByFIN), reads(100, "", atEnd), writes("!", ok), writes("?", ok),
		closes(transcript.ByFIN, transcript.ByFIN), records(transcript.Discarded, "!?")},
	why: "a FIN stays a FIN: the server reads on until the client closes too",
}, {
	name: "CloseClientConns by close", about: "CloseClientConns",
	steps: []step{dials(ok), writes("hello", ok), reads(100, "hello", ok), closesConns(transcript.ByClose), reads(100, "", atEnd), writes("?", ok), awaits(isOver), writes("?", isBroken),
		reads(100, "", atEnd), closes(transcript.ByClose, transcript.ByFIN)},
	why: "a process that ends reads no more: the kernel answers with an RST", elsewhere: winsock,
}, {
	name: "the handler resets", about: "Conn.Reset", serve: saysAnd("PONG", (*fakeserver.Conn).Reset),
	steps: []step{dials(ok), writes("go", ok), reads(100, "PONG", ok), reads(100, "", wasReset), reads(100, "", atEnd), writes("?", isBroken),
		closes(transcript.ByRST, transcript.ByRST)},
	why: "it waits until the client's kernel has what was written", elsewhere: winsock,
}, {
	name: "the handler closes with unread input", about: "Conn.Close", serve: saysAnd("PONG", (*fakeserver.Conn).Close),
	steps: []step{dials(ok), writes("go away", ok), readsAll("PONG", atEnd), writes("!", ok), closesWrite(), records(transcript.Discarded, " away!"),
		closes(transcript.ByFIN, transcript.ByFIN)},
	why: "a kernel would send an RST: the server reads the rest first",
}, {
	name: "the handler returns with unread input", about: "Conn.Close", serve: says("PONG"),
	steps: []step{dials(ok), writes("go away", ok), readsAll("PONG", atEnd), closesWrite(), closes(transcript.ByFIN, transcript.ByFIN)},
	why:   "that is an end in order too",
}, {
	name: "the handler half-closes", about: "Conn.CloseWrite", serve: saysAnd("PONG", func(c *fakeserver.Conn) error {
		if err := c.CloseWrite(); err != nil {
			return err
		}
		return expect(c, " on")
	}),
	steps: []step{dials(ok), writes("go", ok), readsAll("PONG", atEnd), writes(" on", ok), records(transcript.Data, "go on")},
	why:   "the other direction is open",
}}
