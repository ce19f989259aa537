package clientview_test

import (
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// packetViews are the rows of datagrams: those of a connected UDP socket, which are
// echoed.
var packetViews = []view{{
	name: "no fault of datagrams", about: "no fault",
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), writes("", ok), reads(100, "", ok), readsNothing()},
	why:   "a datagram of length zero is one: Read gives 0 and no EOF",
}, {
	name: "loss from the client", rules: []fault.Rule{fault.FromClient(fault.Loss{Nth: 2})},
	steps: []step{dials(ok), writes("one", ok), writes("two", ok), writes("three", ok), reads(100, "one", ok), reads(100, "three", ok), readsNothing()},
	why:   "Write works, and only a deadline tells",
}, {
	name: "loss to the client", rules: []fault.Rule{fault.ToClient(fault.Loss{Nth: 1})},
	steps: []step{dials(ok), writes("one", ok), readsNothing(), writes("two", ok), reads(100, "two", ok)},
	why:   "a client that asks again is answered",
}, {
	name: "loss for the first peer", rules: []fault.Rule{fault.FromClient(fault.Loss{Every: 1}).OnConn(1)},
	steps: []step{dials(ok), writes("one", ok), readsNothing(), dials(ok), writes("two", ok), reads(100, "two", ok)},
	why:   "a client with another port is another peer",
}, {
	name: "burst loss from the client", rules: []fault.Rule{fault.FromClient(fault.BurstLoss{P: 1, R: 1})},
	steps: []step{dials(ok), writes("one", ok), writes("two", ok), writes("three", ok), reads(100, "two", ok), readsNothing()},
	why:   "with probabilities of 1 the chain is bad and good in turn",
}, {
	name: "burst loss to the client", rules: []fault.Rule{fault.ToClient(fault.BurstLoss{P: 1, R: 1})},
	steps: []step{dials(ok), writes("one", ok), writes("two", ok), writes("three", ok), reads(100, "two", ok), readsNothing()},
	why:   "the same on the way back",
}, {
	name: "duplicate from the client", rules: []fault.Rule{fault.FromClient(fault.Duplicate{Rate: 1})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), reads(100, "one", ok), readsNothing()},
	why:   "the handler answers twice",
}, {
	name: "duplicate to the client", rules: []fault.Rule{fault.ToClient(fault.Duplicate{Rate: 1, Copies: 2}).ForDatagrams(1)},
	steps: []step{dials(ok), writes("one", ok), writes("two", ok), reads(100, "one", ok), reads(100, "one", ok), reads(100, "one", ok), reads(100, "two", ok), readsNothing()},
	why:   "the copies come right behind the original",
}, {
	name: "duplicate that comes again later", rules: []fault.Rule{fault.ToClient(fault.Duplicate{Rate: 1, Gap: 1}).ForDatagrams(1)},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), readsNothing(), writes("two", ok), reads(100, "two", ok), reads(100, "one", ok)},
	why:   "a client that takes the next datagram for its answer has that of its last question",
}, {
	name: "forge from the client", rules: []fault.Rule{fault.FromClient(fault.Forge{Bytes: []byte("0")})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), reads(100, "0ne", ok), readsNothing()},
	why:   "the handler answers one more",
}, {
	name: "forge to the client", rules: []fault.Rule{fault.ToClient(fault.Forge{Bytes: []byte("0"), First: true})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "0ne", ok), reads(100, "one", ok), readsNothing()},
	why:   "it comes from the server's own address, so that a connected socket takes it too",
}, {
	name: "reorder from the client", rules: []fault.Rule{fault.FromClient(fault.Reorder{Rate: 1}).ForDatagrams(1)},
	steps: []step{dials(ok), writes("one", ok), readsNothing(), writes("two", ok), reads(100, "two", ok), reads(100, "one", ok)},
	why:   "it comes behind the next one, and not before that is sent",
}, {
	name: "reorder to the client", rules: []fault.Rule{fault.ToClient(fault.Reorder{Rate: 1, Gap: 2}).ForDatagrams(1)},
	steps: []step{dials(ok), writes("one", ok), writes("two", ok), writes("three", ok), reads(100, "two", ok), reads(100, "three", ok), reads(100, "one", ok)},
	why:   "it comes behind the next two",
}, {
	name: "truncate from the client", rules: []fault.Rule{fault.FromClient(fault.Truncate{Size: 2})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "on", ok), writes("ok", ok), reads(100, "ok", ok)},
	why:   "longer ones are cut, and nothing says so",
}, {
	name: "truncate to the client", rules: []fault.Rule{fault.ToClient(fault.Truncate{Size: 2})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "on", ok), readsNothing()},
	why:   "the rest is lost and no datagram of its own",
}, {
	name: "truncate to nothing", rules: []fault.Rule{fault.ToClient(fault.Truncate{Size: 0})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "", ok), readsNothing()},
	why:   "Read gives 0, nil, and a loop that takes 0 for the end is wrong",
}, {
	name: "enlarge from the client", rules: []fault.Rule{fault.FromClient(fault.Enlarge{Size: 5})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one\x00\x00", ok), writes("three", ok), reads(100, "three", ok)},
	why:   "shorter ones are padded, and the handler sends the padding back",
}, {
	name: "enlarge to the client", rules: []fault.Rule{fault.ToClient(fault.Enlarge{Size: 65507})},
	steps: []step{dials(ok), writes("one", ok), reads(4, "one\x00", ok), readsNothing()},
	why:   "what does not fit the buffer is lost in silence", elsewhere: noFlag,
}, {
	name: "overwrite datagrams from the client", rules: []fault.Rule{fault.FromClient(fault.Overwrite{At: 2, Bytes: []byte("lyx")})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "onl", ok), writes("three", ok), reads(100, "thlyx", ok)},
	why:   "their lengths stay",
}, {
	name: "overwrite datagrams to the client", rules: []fault.Rule{fault.ToClient(fault.Overwrite{Bytes: []byte("T")})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "Tne", ok), readsNothing()},
	why:   "an answer with another identifier is nobody's",
}, {
	name: "corrupt datagrams from the client", rules: []fault.Rule{fault.FromClient(fault.Corrupt{Bits: []int64{0}})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "nne", ok), writes("two", ok), reads(100, "uwo", ok)},
	why:   "the lowest bit of each one's first byte is flipped",
}, {
	name: "corrupt datagrams to the client", rules: []fault.Rule{fault.ToClient(fault.Corrupt{Bits: []int64{8, 800}})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "ooe", ok)},
	why:   "bits behind the end are nobody's",
}, {
	name: "blackhole of datagrams from the client", rules: []fault.Rule{fault.FromClient(fault.Blackhole{}).AfterDatagrams(1)},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), writes("two", ok), readsNothing()},
	why:   "no ICMP error tells of it",
}, {
	name: "blackhole of datagrams to the client", rules: []fault.Rule{fault.ToClient(fault.Blackhole{}).ForDatagrams(1)},
	steps: []step{dials(ok), writes("one", ok), readsNothing(), writes("two", ok), reads(100, "two", ok)},
	why:   "it ends with its window",
}, {
	name: "latency of datagrams from the client", rules: []fault.Rule{fault.FromClient(fault.Latency{Delay: late})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), atLeast(late)},
	why:   "the handler has it late",
}, {
	name: "latency of datagrams to the client", rules: []fault.Rule{fault.ToClient(fault.Latency{Delay: late}).ForDatagrams(1)},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), atLeast(late), writes("two", ok), reads(100, "two", ok)},
	why:   "it leaves late",
}, {
	name: "bandwidth of datagrams from the client", rules: []fault.Rule{fault.FromClient(fault.Bandwidth{BytesPerSecond: 300, Burst: 3})},
	steps: []step{dials(ok), writes("one", ok), writes("two", ok), reads(100, "one", ok), reads(100, "two", ok), atLeast(late)},
	why:   "one passes at once, and the next waits until its bytes are free",
}, {
	name: "bandwidth of datagrams to the client", rules: []fault.Rule{fault.ToClient(fault.Bandwidth{BytesPerSecond: 300, Burst: 3})},
	steps: []step{dials(ok), writes("one", ok), writes("two", ok), reads(100, "one", ok), reads(100, "two", ok), atLeast(late)},
	why:   "each one waits for its turn",
}, {
	name: "down for datagrams", about: "PacketServer.Down",
	steps: []step{dials(ok), down(), writes("one", ok), reads(100, "", isRefused), writes("two", ok), awaits(icmped), writes("three", isRefused),
		up(), writes("four", ok), reads(100, "four", ok)},
	why: "the first Write works; the next operation hears that the port is unreachable, and takes the error away", elsewhere: noICMP,
}, {
	name: "down for datagrams from the start", about: "PacketServer.Down", cfg: fakeserver.Config{StartDown: true},
	steps: []step{dials(ok), writes("one", ok), reads(100, "", isRefused), up(), writes("two", ok), reads(100, "two", ok)},
	why:   "Dial asks nobody", elsewhere: noICMP,
}, {
	name: "down at the start, for datagrams", rules: []fault.Rule{fault.AtStart(fault.Down{For: fault.Forever})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "", isRefused), up(), writes("two", ok), reads(100, "two", ok)},
	why:   "Dial asks nobody", elsewhere: noICMP,
}, {
	name: "down from the client, for datagrams", rules: []fault.Rule{fault.FromClient(fault.Down{For: fault.Forever}).AfterDatagrams(2)},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), writes("two", ok), readsNothing(), goesDown(), writes("three", ok), reads(100, "", isRefused),
		up(), writes("four", ok), reads(100, "four", ok)},
	why: "the port refuses before the handler gets the second, whose answer can't leave", elsewhere: noICMP,
}, {
	name: "down to the client, for datagrams", rules: []fault.Rule{fault.ToClient(fault.Down{For: fault.Forever}).AfterDatagrams(2)},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), writes("two", ok), reads(100, "two", ok), goesDown(), writes("three", ok), reads(100, "", isRefused),
		up(), writes("four", ok), reads(100, "four", ok)},
	why: "the second answer leaves, and then the port refuses", elsewhere: noICMP,
}, {
	name: "restart from the client, for datagrams", rules: []fault.Rule{fault.FromClient(fault.Restart{}).AfterDatagrams(2)},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), writes("two", ok), comesUp(), readsNothing(), writes("three", ok), reads(100, "three", ok)},
	why:   "what the server had not looked at is gone", elsewhere: noICMP,
}, {
	name: "restart to the client, for datagrams", rules: []fault.Rule{fault.ToClient(fault.Restart{For: fault.Forever})},
	steps: []step{dials(ok), writes("one", ok), reads(100, "one", ok), goesDown(), writes("two", ok), reads(100, "", isRefused), up(), writes("three", ok), reads(100, "three", ok)},
	why:   "the first answer leaves, and then the port refuses", elsewhere: noICMP,
}, {
	name: "a datagram too long to send", about: "over 65507 bytes",
	steps: []step{dials(ok), writes(strings.Repeat("x", 65508), isTooLong), writes(strings.Repeat("x", 65507), ok), reads(65507, strings.Repeat("x", 65507), ok)},
	why:   "65507 is what IPv4 has room for", elsewhere: noFlag,
}, {
	name: "a datagram too long for the buffer", about: "short buffer",
	steps: []step{dials(ok), writes("hello", ok), reads(4, "hell", ok), writes("hello", ok), readsFlagged(4, "hell"), readsNothing()},
	why:   "the rest is lost in silence: only the flag MSG_TRUNC says so", elsewhere: noFlag,
}}
