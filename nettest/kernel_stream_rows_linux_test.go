package nettest_test

import "time"

// A row is a story about two ends of a stream, which must be the same on the kernel's loopback
// and on a Network.
type row struct {
	kind string // one of kinds
	name string
	why  string
	tell func(a, b *side)
}

const (
	soon  = 20 * time.Millisecond
	huge  = 64 << 20
	later = time.Hour
)

var rows = []row{
	{"bytes", "bytes", "what was written is read", func(a, b *side) {
		a.write("hello")
		b.arrived(5)
		b.read(3)
		b.read(10)
	}},
	{"bytes", "bytes in two writes", "a stream has no messages", func(a, b *side) {
		a.write("ab")
		a.write("cd")
		b.arrived(4)
		b.read(10)
	}},
	{"bytes", "empty read and write", "no bytes are no end of stream", func(a, b *side) {
		a.read(0)
		a.write("")
		a.write("x")
		b.arrived(1)
		b.read(0)
		b.read(1)
	}},
	{"FIN", "FIN", "close after bytes", func(a, b *side) {
		a.write("bye")
		a.close()
		b.sawFIN()
		b.read(10)
		b.read(10)
		b.read(10)
		b.read(0)
	}},
	{"FIN", "FIN, then write", "the first Write succeeds, the peer answers with an RST", func(a, b *side) {
		a.close()
		b.sawFIN()
		b.write("x")
		b.sawRST()
		b.write("y")
		b.write("z")
		b.write("")
		b.read(1)
		b.closeWrite()
		b.close()
		b.close()
	}},
	{"FIN", "FIN, then write, then read", "the FIN hides the RST", func(a, b *side) {
		a.close()
		b.sawFIN()
		b.write("x")
		b.sawRST()
		b.read(1)
		b.read(1)
		b.write("y")
	}},
	{"half-close", "half-close", "the other direction goes on", func(a, b *side) {
		a.write("question")
		a.closeWrite()
		b.sawFIN()
		b.read(20)
		b.read(20)
		b.write("answer")
		b.close()
		a.sawFIN()
		a.read(20)
		a.read(20)
		a.write("more")
		a.closeWrite()
		a.close()
	}},
	{"half-close", "half-close twice", "the second time it is nothing", func(a, b *side) {
		a.closeWrite()
		a.closeWrite()
		a.write("x")
		a.write("x")
		b.sawFIN()
		b.read(1)
	}},
	{"RST", "RST after bytes", "what arrived can be read", func(a, b *side) {
		a.write("12345")
		b.arrived(5)
		a.reset()
		b.sawRST()
		b.read(3)
		b.read(10)
		b.read(10)
		b.read(10)
		b.write("x")
		b.closeWrite()
		b.closeRead()
	}},
	{"RST", "RST, then write", "the first call reports it", func(a, b *side) {
		a.write("12345")
		b.arrived(5)
		a.reset()
		b.sawRST()
		b.write("x")
		b.write("x")
		b.read(10)
		b.read(10)
	}},
	{"RST", "RST, then an empty write", "it asks, too", func(a, b *side) {
		a.reset()
		b.sawRST()
		b.write("")
		b.read(1)
		b.write("")
	}},
	{"past deadline", "RST and deadline", "the deadline comes first, and then the RST", func(a, b *side) {
		a.reset()
		b.sawRST()
		b.deadline(-later)
		b.read(1)
		b.write("x")
		b.deadline(0)
		b.read(1)
		b.read(1)
	}},
	{"unread input", "close with unread input", "the FIN becomes an RST", func(a, b *side) {
		a.write("answer")
		b.arrived(6)
		b.write("unread")
		a.arrived(6)
		a.close()
		b.sawRST()
		b.read(3)
		b.read(10)
		b.read(10)
		b.read(10)
	}},
	{"unread input", "close with half-read input", "the rest counts", func(a, b *side) {
		b.write("unread")
		a.arrived(6)
		a.read(5)
		a.close()
		b.sawRST()
		b.write("x")
		b.write("x")
		b.read(10)
	}},
	{"unread input", "half-close, then close with unread input", "the FIN has come first", func(a, b *side) {
		b.write("unread")
		a.arrived(6)
		a.closeWrite()
		b.sawFIN()
		a.close()
		b.sawRST()
		b.read(10)
		b.write("x")
		b.write("x")
	}},
	{"half-close", "half-close, then reset", "CloseWrite hides the RST", func(a, b *side) {
		a.closeWrite()
		b.sawFIN()
		a.reset()
		b.sawRST()
		b.read(10)
		b.read(10)
		b.write("x")
	}},
	{"half-close", "both half-close, then reset", "it is over: there is nothing to reset", func(a, b *side) {
		a.write("unread")
		b.arrived(6)
		a.closeWrite()
		b.sawFIN()
		b.closeWrite()
		a.sawFIN()
		b.reset()
		a.read(1)
		a.read(1)
		a.write("x")
		a.closeWrite()
		a.close()
	}},
	{"half-close", "CloseRead", "what arrived can be read, and what comes then", func(a, b *side) {
		a.write("before")
		b.arrived(6)
		b.closeRead()
		b.read(10)
		b.read(10)
		a.write("after")
		b.arrived(5)
		b.read(10)
		b.read(10)
		b.write("goes on")
		a.arrived(7)
		a.read(10)
	}},
	{"half-close", "CloseRead and CloseWrite", "what comes is not wanted", func(a, b *side) {
		b.closeRead()
		b.closeWrite()
		a.sawFIN()
		a.write("unwanted")
		a.sawRST()
		a.write("x")
		a.read(1)
		b.read(1)
		b.read(1)
		b.write("x")
		b.close()
	}},
	{"half-close", "CloseRead and CloseWrite after bytes", "what had arrived can be read", func(a, b *side) {
		a.write("in time")
		b.arrived(7)
		b.closeRead()
		b.closeWrite()
		a.sawFIN()
		a.write("unwanted")
		a.sawRST()
		b.read(20)
		b.read(20)
		b.read(20)
	}},
	{"half-close", "CloseWrite, then bytes", "half-closed is not deaf", func(a, b *side) {
		b.closeWrite()
		a.sawFIN()
		a.write("wanted")
		b.arrived(6)
		b.read(10)
		a.write("more")
		b.arrived(4)
		b.read(10)
	}},
	{"own close", "own close", "everything fails from then on", func(a, b *side) {
		a.close()
		a.read(1)
		a.read(0)
		a.write("x")
		a.write("")
		a.closeRead()
		a.closeWrite()
		a.deadline(later)
		a.readDeadline(later)
		a.writeDeadline(later)
		a.linger(0)
		a.noDelay()
		a.readBuffer(1 << 16)
		a.writeBuffer(1 << 16)
		a.close()
	}},
	{"own close", "own reset", "the same", func(a, b *side) {
		a.reset()
		a.read(1)
		a.write("x")
		a.close()
	}},
}
