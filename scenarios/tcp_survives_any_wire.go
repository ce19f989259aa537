package scenarios

import "github.com/fakewire/fakewire/fakeserver/fault"

// SurvivesAnyWire is the promise of a TCP client that nothing breaks which a search tries: package explore makes plans
// from what the client and its server say on a healthy wire, in which one thing goes wrong, and tries those that come
// first. Everything comes in single bytes; connections are refused, never answered, reset, closed or silent, when they are
// accepted, at their beginning, where messages end and inside of them; answers come when the client has just given up.
//
// In each trial the client does its exchange three times, and if it has sessions, it makes one in others: Open, Ask 1 to
// 3, and Close. Each of these calls returns within Within, with the answer of a healthy wire or an error, and without an
// error if the bytes only come in pieces, or some milliseconds later. Nothing stays that does not stay on a healthy wire,
// either: no goroutine, no connection, no descriptor. There are no more than 100 dials within Within, unless Dials is
// that many. When the fault is over, one of the next two calls of Do has its answer. That is not asked of a session,
// which may have one connection for good, or pause before it dials again.
//
// In memory there are 100 plans for exchanges, and as many for sessions; on sockets there are 24 of each, in which a
// client waits for its deadline once at most, as a rule. So on sockets the promise says less, and in memory less than an
// hour of explore.TCP in a test of its own does. The plans are the same each time, whatever the variables of package
// explore say. Of several servers, the one that answers on a healthy wire is at the wire of the plan, and the others are
// well. The error is about the first plan that breaks the client, made as small as it can be: as Go, with how often it
// does, and what that hangs on.
//
// It is inconclusive where a call fails on a healthy wire, and where most of the faults did not act. Answers that differ
// from run to run there are not compared. A client that refuses for a while to call a server that has failed, as a
// circuit breaker does, can't promise it by Do.
var SurvivesAnyWire = Promise[TCPClient]{
	variable: "SurvivesAnyWire",
	Name:     "survives any wire",
	Why: "It failed one time in three hundred, and nobody could say why: the connection had broken between a greeting and its answer, or after " +
		"a deadline that only the next call felt. Nobody writes a test for a place that nobody thinks of, and each of a client's dialogues has hundreds.",
	Labels: []string{"tcp", "fault:slice", "fault:close", "fault:reset", "fault:stall", "fault:blackhole", "fault:refused", "fault:unanswered"},
	check:  searched(searchOf[TCPClient]{medium: fault.Streams}),
}
