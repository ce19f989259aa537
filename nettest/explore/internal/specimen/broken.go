package specimen

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// stream returns a specimen that asks by TCP.
func stream(s Specimen, cfg func() explore.Config, open func(Dialer) client, questions ...string) Specimen {
	s.Medium, s.Config, s.Body = fault.Streams, cfg, asks(open, questions...)
	return s
}

// packet returns a specimen that asks by UDP.
func packet(s Specimen, cfg func() explore.Config, open func(Dialer) client) Specimen {
	s.Medium, s.Config, s.Body = fault.Datagrams, cfg, asks(open, questions...)
	return s
}

func brokenStreams() []Specimen {
	list := []string{"get apples", "get pears", "list all", "get figs"}
	orders := func() explore.Config {
		return explore.Config{Handler: lines, Within: 4 * timeout, With: []explore.Oracle{explore.SentTwice}}
	}
	return []Specimen{
		stream(Specimen{Name: "one read", Class: "one Read is taken for one message", Want: explore.WrongAnswers,
			Why: "An answer in two pieces is its first piece, and the rest is the next answer."},
			with(lines), newOneRead, questions...),
		stream(Specimen{Name: "CR and LF apart", Class: "CR and LF in two reads", Want: explore.Fussy,
			Why: "An answer whose CR and LF come apart has no end, and the client waits for more."},
			with(crlfLines), newCRLF, questions...),
		stream(Specimen{Name: "empty answer", Class: "io.EOF is taken for an empty answer", Want: explore.WrongAnswers,
			Why: "A server that went away has nothing, says the client."},
			with(lines), newEmptyAnswer, questions...),
		stream(Specimen{Name: "short header", Class: "a short header panics", Want: explore.Panics,
			Why: "A server that stops within four bytes ends the program."},
			with(once), newShortHeader, questions...),
		stream(Specimen{Name: "half is whole", Class: "a truncated answer is taken for whole", Want: explore.WrongAnswers,
			Why: "A server that stops in an answer leaves half of it, as if that were all."},
			with(once), newHalfIsWhole, questions...),
		stream(Specimen{Name: "half a body", Class: "an error of reading is ignored", Want: explore.WrongAnswers,
			Why: "Half a page is a page."},
			with(web), newHalfBody, questions...),
		stream(Specimen{Name: "no read deadline", Class: "no read deadline", Want: explore.Hangs,
			Why: "A server that says nothing holds its client for good."},
			with(lines), newNoReadDeadline, questions...),
		stream(Specimen{Name: "no write deadline", Class: "no write deadline", Want: explore.Hangs,
			Why: "A server that reads nothing holds a client that sends much."},
			with(lines), newNoWriteDeadline, "put apples", "put pears", "put plums"),
		stream(Specimen{Name: "reads until quiet", Class: "a timeout is taken for the end of an answer", Want: explore.WrongAnswers,
			Why: "A list with a pause in it ends there."},
			with(lists), newReadsUntilQuiet, "list all", "list some", "list few"),
		stream(Specimen{Name: "cut list", Class: "the end of the connection is taken for the end of a list", Want: explore.WrongAnswers,
			Why: "Only the third answer, between its two lines, is wrong."},
			with(lists), newCutList, list...),
		stream(Specimen{Name: "stale reply", Class: "a stale reply after a timeout is taken for the next answer", Want: explore.WrongAnswers,
			Why: "From the first answer that is late on, each question gets the answer to the one before."},
			with(lines), newStaleReply, questions...),
		stream(Specimen{Name: "sends twice", Class: "a request is sent twice on reconnect", Want: explore.SentTwice,
			Why: "An order whose confirmation is lost is placed again."},
			orders, newSendsTwice, "order apples", "order pears", "order plums"),
		stream(Specimen{Name: "careless retry", Class: "the retry path ignores its error", Want: explore.WrongAnswers,
			Why: "It takes two faults: the first connection breaks, and so does the second."},
			with(lines), newCarelessRetry, questions...),
		stream(Specimen{Name: "careless reuse", Class: "the retry path ignores its error", Want: explore.WrongAnswers,
			Why: "A connection that has worked breaks, and the next one does, too."},
			with(lines), newCarelessReuse, "get apples", "get pears"),
		stream(Specimen{Name: "only EOF", Class: "never reconnects", Want: explore.Recovery,
			Why: "A connection that was reset stays the one that is used."},
			with(lines), newOnlyEOF, slices.Concat(questions, questions)...),
		stream(Specimen{Name: "stuck writer", Class: "never reconnects", Want: explore.Recovery,
			Why: "The first error of a write is that of all later ones."},
			with(lines), newStuckWriter, slices.Concat(questions, questions)...),
		stream(Specimen{Name: "frame length", Class: "a length that lies panics", Want: explore.Panics,
			Why: "A message that says it has three bytes, four of which are that number, ends the program."},
			with(frames), newFrameLength, questions...),
		stream(Specimen{Name: "bulk length", Class: "a length that lies panics", Want: explore.Panics,
			Why: "A length of -1 ends the program."},
			with(bulks), newBulkLength, questions...),
		stream(Specimen{Name: "empty body", Class: "the end of the connection is taken for an empty message", Want: explore.WrongAnswers,
			Why: "A server that stops after the head of a message has sent an empty one."},
			with(frames), newEmptyBody, questions...),
		stream(Specimen{Name: "empty reply", Class: "the end of the connection is taken for an empty message", Want: explore.WrongAnswers,
			Why: "The same after eight bytes, and with a connection for each message."},
			with(onceLong), newEmptyReply, "get apples", "get orange"),
		stream(Specimen{Name: "huge frame", Class: "a length that lies takes 4 GB", Want: explore.Swells,
			Why: "Four bytes from the server take the memory of the machine."},
			with(frames), newHugeFrame, questions...),
		stream(Specimen{Name: "forgotten reader", Class: "a goroutine is left for each call that failed", Want: explore.Leaks,
			Why: "Each timeout leaves a goroutine behind."},
			with(lines), newForgottenReader, questions...),
		stream(Specimen{Name: "stormy", Class: "a dial storm without a pause", Want: explore.Storms,
			Why: "A server that ends each connection gets thousands a second."},
			with(lines), newStormy, questions...),
		stream(Specimen{Name: "spinning", Class: "the end of the connection is taken for nothing yet", Want: explore.Spins,
			Why: "A server that went away costs a processor."},
			with(lines), newSpinning, questions...),
	}
}

func brokenSetUps() []Specimen {
	return []Specimen{
		stream(Specimen{Name: "greeting unread", Class: "the greeting is not checked", Want: explore.WrongAnswers,
			Why: "A greeting that comes late is the first answer."},
			with(greets), newGreetingUnread, questions...),
		stream(Specimen{Name: "patient login", Class: "the handshake has no deadline", Want: explore.Hangs,
			Why: "A server that does not ask who is there holds its client for good."},
			with(login), newPatientLogin, questions...),
		stream(Specimen{Name: "leaky login", Class: "a connection is left on an error path", Want: explore.Leaks,
			Why: "Each login that fails leaves a connection open."},
			with(login), newLeakyLogin, questions...),
		stream(Specimen{Name: "patient handshake", Class: "TLS: no deadline in the handshake", Want: explore.Hangs,
			Why: "A server that accepts, and does not shake hands, holds its client for good."},
			with(tlsLines), newPatientHandshake, questions...),
	}
}

func brokenPools() []Specimen {
	return []Specimen{
		stream(Specimen{Name: "keeps temporary", Class: "a connection goes back to the pool after an error", Want: explore.WrongAnswers,
			Why: "The answer that was given up is that of the connection's next user."},
			with(lines), newKeepsTemporary, questions...),
		stream(Specimen{Name: "dead pool", Class: "a pool hands out a dead connection for ever", Want: explore.Recovery,
			Why: "A connection that broke once breaks each call after it."},
			with(lines), newDeadPool, slices.Concat(questions, questions)...),
		stream(Specimen{Name: "shifted", Class: "pipelined: answers are shifted after a timeout", Want: explore.WrongAnswers,
			Why: "Who gives up takes his place along, and everybody gets the answer of the one before."},
			with(lines), newShifted, questions...),
		stream(Specimen{Name: "untold", Class: "who waits is not told that the connection has ended", Want: explore.Hangs,
			Why: "A call in whose midst the connection ends never returns."},
			with(numbers), newUntold, questions...),
		stream(Specimen{Name: "sends on closed", Class: "a reader goroutine panics on a closed channel", Want: explore.Panics,
			Why: "An answer that comes after its timeout ends the program, in a goroutine that nobody can guard."},
			with(lines), newSendsOnClosed, questions...),
	}
}

func brokenPackets() []Specimen {
	return []Specimen{
		packet(Specimen{Name: "takes any", Class: "UDP: a duplicate is taken for the next answer", Want: explore.WrongAnswers,
			Why: "From the first answer that comes twice on, each question gets the answer to the one before."},
			withPackets(packetLines), newTakesAny),
		packet(Specimen{Name: "takes late", Class: "UDP: a late reply is taken for the next", Want: explore.WrongAnswers,
			Why: "An answer that nobody waits for any more is that to the next question."},
			withPackets(packetLines), newTakesLate),
		packet(Specimen{Name: "numbers tries", Class: "UDP: identifiers are used again", Want: explore.WrongAnswers,
			Why: "The second answer to one question's first try is that to the next question's."},
			withPackets(packetNumbers), newNumbersTries),
		packet(Specimen{Name: "waits for packets", Class: "UDP: no deadline", Want: explore.Hangs,
			Why: "A datagram that is lost holds the client for good."},
			withPackets(packetNumbers), newWaitsForPackets),
		packet(Specimen{Name: "cut packet", Class: "UDP: a truncated datagram is taken for whole", Want: explore.WrongAnswers,
			Why: "An answer that did not fit is an empty one."},
			withPackets(packetNumbers), newCutPacket),
		packet(Specimen{Name: "short packet", Class: "UDP: a short datagram panics", Want: explore.Panics,
			Why: "One byte, or none, ends the program."},
			withPackets(packetIDs), newShortPacket),
	}
}
