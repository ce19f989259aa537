package scenarios_test

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// echoed is the answer of echoes to a reference client's request.
const echoed = "hello from the client"

type tcpPromise = scenarios.Promise[scenarios.TCPClient]

// tcpEntry is a duel of two TCP clients with the same deadline.
func tcpEntry(p tcpPromise, within time.Duration, keeps, breaks func(want string, within time.Duration) scenarios.TCPClient, evidence string) *duel {
	good, bad := keeps(echoed, within), breaks(echoed, within)
	good.Handler, bad.Handler = echoes, echoes
	return duelOf(p, &good, &bad, evidence)
}

// replied is tcpEntry with a server that always gives the same reply.
func replied(p tcpPromise, within time.Duration, keeps, breaks func(want string, within time.Duration) scenarios.TCPClient, evidence string) *duel {
	good, bad := keeps(answer, within), breaks(answer, within)
	good.Handler, bad.Handler = fakeserver.Reply{Data: answer + "\n"}, fakeserver.Reply{Data: answer + "\n"}
	return duelOf(p, &good, &bad, evidence)
}

// half is tcpEntry for a subject that keeps all of a promise but the part that the evidence
// names. That others keep it is in other entries.
func half(p tcpPromise, within time.Duration, breaks func(want string, within time.Duration) scenarios.TCPClient, evidence string) *duel {
	bad := breaks(echoed, within)
	bad.Handler = echoes
	return duelOf(p, nil, &bad, evidence)
}

var _ = duels("a promise of a TCP client", 4,
	replied(scenarios.ReassemblesSplitReplies, within, reference.TCPClient, reference.OneRead, `Do = "H", <nil>`),
	replied(scenarios.ReportsReset, within, reference.TCPClient, reference.SwallowsErrors, `<nil> after `),
	replied(scenarios.HonorsDeadline, soon, reference.TCPClient, reference.NoDeadline, `stalled after byte 0 of a reply of 22 bytes: Do did not return`),
	replied(scenarios.HonorsDeadline, soon, reference.TCPClient, reference.GivesUpBetween, `stalled after byte 1 of a reply of 22 bytes: Do did not return`),
	tcpEntry(scenarios.ReportsTruncatedReply, within, reference.TCPClient, reference.SwallowsErrors, `with a FIN after byte 0 of a reply of 22 bytes: Do = "", <nil>`),
	tcpEntry(scenarios.ReportsTruncatedReply, within, reference.TCPClient, reference.Scans, `with a FIN after byte 1 of a reply of 22 bytes: Do = "h", <nil>`),
	tcpEntry(scenarios.ReportsRefused, soon, reference.TCPClient, reference.DialsOn, `refused: Do did not return`),
	tcpEntry(scenarios.ReportsRefused, within, reference.TCPClient, reference.Shrugs, `refused: Do = "", <nil>`),
	tcpEntry(scenarios.HonorsDeadline, soon, reference.TCPClient, reference.NoDialDeadline, `while connecting: Do did not return`),
	tcpEntry(scenarios.HonorsDeadlineSending, 3*within, reference.TCPClient, reference.NoWriteDeadline, `stopped reading after byte 65536 of the 8388609 that it sends: Large did not return`),
	tcpEntry(scenarios.TriesAgainAfterReset, within, reference.TCPClient, reference.OneTryTCPClient, `reset on its first connection when it began to send: Do = ""`),
	tcpEntry(scenarios.TriesAgainAfterRestart, within, reference.TCPClient, reference.NeverRedials, `connections ended by FIN: Ask(2) = ""`),
	tcpEntry(scenarios.NoticesIdleClose, within, reference.OneTryTCPClient, trustsIdle(1), `when the server closed its idle connections: Ask(2) = "", unexpected EOF`),
	tcpEntry(scenarios.NoticesIdleClose, within, reference.TCPClient, trustsIdle(2), `Ask(2) sent its request on a connection that was closed, and again on another: "request 2\n"`),
	tcpEntry(scenarios.SendsRequestOnce, within, reference.OneTryTCPClient, reference.TCPClient, `a reset came in place of the answer: Do = "", `),
	tcpEntry(scenarios.SendsRequestAgain, within, reference.TCPClient, reference.OneTryTCPClient, `a reset came in place of the answer: Do = "", `),
	tcpEntry(scenarios.KeepsAnswersApart, within, reference.TCPClient, reference.KeepsAfterTimeout, `arriving late, before Ask(2): Ask(2) = "request 1", <nil>`),
	tcpEntry(scenarios.KeepsAnswersApart, within, reference.TCPClient, reference.ChecksBeforeOnly, `arriving late, after the request of Ask(2): Ask(2) = "request 1", <nil>`),
	tcpEntry(scenarios.CopesWithFullWindow, 10*within, reference.TCPClient, reference.BeginsAgain, `when the server reads slowly: Large = `),
	tcpEntry(scenarios.CopesWithFullWindow, 10*within, reference.TCPClient, reference.LeavesHoles, `when the server reads slowly: Large = "`),
	tcpEntry(scenarios.LeavesNothingBehind, soon, reference.TCPClient, reference.LeavesGoroutine, `after an exchange on a healthy wire: 1s later there is still a goroutine at`),
	tcpEntry(scenarios.LeavesNothingBehind, soon, reference.TCPClient, reference.LeavesConn, `after a reset in the middle of its reply: 1s later there is still descriptor `).
		saysInMemory(`after a reset in the middle of its reply: 1s later there is still connection from 127.0.0.1:`),
	tcpEntry(scenarios.StopsWhenTold, within, reference.TCPClient, reference.ClosesInTurn, `told to stop while it waits for its reply: Ask(1) = "", `),
	tcpEntry(scenarios.StopsWhenTold, within, withoutSessions(reference.TCPClient), reference.IgnoresContext, `told to stop while it waits for its reply: Do = "", `),
	tcpEntry(scenarios.WorksAgainAfterCutReply, soon, reference.TCPClient, reference.NeverRedials, `with a FIN after byte 0 of its reply of 10 bytes: Ask(2) = ""`),
	tcpEntry(scenarios.WorksAgainAfterCutReply, soon, reference.OneTryTCPClient, reference.GivesUpAfterError, `with a FIN after byte 0 of its error of 6 bytes: Ask(2) = ""`),
	tcpEntry(scenarios.SaysSoWhileRefused, soon, reference.TCPClient, reference.Remembers, `while its server refuses: call 2: Ask(1) = "request 1", <nil>`),
	tcpEntry(scenarios.SaysSoWhileRefused, soon, withoutSessions(reference.TCPClient), reference.Shrugs, `while its server refuses: call 1: Do = "", <nil>`),
	tcpEntry(scenarios.NoDialStorm, soon, reference.TCPClient, reference.TriesOnAtOnce, `when its server resets every connection: it dialed `),
	tcpEntry(scenarios.SurvivesCorruptReply, soon, reference.TCPClient, reference.PanicsAtGarbage, `with a bit of byte 7 of its reply of 10 bytes flipped: Ask(1) panicked: runtime error`),
	tcpEntry(scenarios.SurvivesCorruptReply, soon, withoutSessions(reference.TCPClient), reference.GivesUpAtGarbage, `with a bit of byte 2 of its reply of 10 bytes flipped: 1s after a spoiled reply: Ask(2) = "", the server is not in its right mind`),
	tcpEntry(scenarios.SurvivesAnyWire, within, reference.TCPClient, reference.KeepsAfterTimeout, `wrong answer: Ask 2 returned "request 1" and no error, want "request 2"`),
	replied(scenarios.SurvivesAnyWire, within, reference.OneTryTCPClient, reference.OneRead, `wrong answer: Do 1 returned "H" and no error, want "Hello from TCP server"`),
	tcpEntry(scenarios.SurvivesAnyWire, within, withoutSessions(reference.OneTryTCPClient), reference.StaysBroken, `no recovery: Do 3 still failed, and so did Do 2 before it, though the fault was over by then`),
	half(scenarios.HonorsDeadline, within/2, reference.RenewsDeadline, `with its reply of 22 bytes trickling in, a byte in 166.666666ms: Do did not return within`),
	half(scenarios.StopsWhenTold, within/2, reference.ReadsOnWhenTold, `told to stop half-way through its reply: Ask(1) = "", `),
	half(scenarios.StopsWhenTold, within/2, reference.DialsOnWhenTold, `told to stop while it connects: Ask(1) = "", `),
	half(scenarios.LeavesNothingBehind, within/2, reference.LeavesSession, `after a session on a healthy wire: 1s later there is still connection 1, which the client did not end`),
	half(scenarios.SendsRequestOnce, within, reference.ResendsAfterFIN, `and the connection's end came in place of the answer: Do = "", EOF after `),
	half(scenarios.SendsRequestOnce, within, reference.ResendsAfterSilence, `and no answer came: Do = "", `),
	half(scenarios.SurvivesAnyWire, within/2, reference.WantsAllAtOnce, `with slice (size 1) to the client: fussy: Do 1 failed, though nothing was wrong: that is no line`),
	half(scenarios.SurvivesAnyWire, within/2, reference.NoDeadline, `with stall to the client on conn 1: hang: Do 1 did not return within 500ms, and 2s more`),
	half(scenarios.SurvivesAnyWire, within/2, reference.PanicsAtHalf, `panic: the body panicked: runtime error: index out of range`),
	half(scenarios.SurvivesAnyWire, within/2, reference.LeavesConn, `leak: it left `),
	half(scenarios.SurvivesAnyWire, within/2, reference.TriesOnAtOnce, `dial storm: it dialed more than 100 times within 500ms`),
)

func trustsIdle(tries int) func(string, time.Duration) scenarios.TCPClient {
	return func(want string, within time.Duration) scenarios.TCPClient {
		return reference.TrustsIdle(want, within, tries)
	}
}

// withoutSessions returns subjects that have no Open.
func withoutSessions(subject func(string, time.Duration) scenarios.TCPClient) func(string, time.Duration) scenarios.TCPClient {
	return func(want string, within time.Duration) scenarios.TCPClient {
		c := subject(want, within)
		c.Open = nil
		return c
	}
}

// echoes sends each line back, and of a large one its length.
var echoes = fakeserver.Lines{MaxBytes: 2 * scenarios.LargeRequest, Answer: func(line string) string {
	if len(line) < 100 {
		return line
	}
	return fmt.Sprintf("%d bytes", len(line))
}}
