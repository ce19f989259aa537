package scenarios

import "slices"

// The promises of each kind of subject, in the order of their specs.
var (
	tcpPromises = []Promise[TCPClient]{
		ReassemblesSplitReplies, TakesRepliesOneAtATime, ReportsTruncatedReply, ReportsReset, ReportsRefused, SaysSoWhileRefused,
		HonorsDeadline, HonorsDeadlineSending,
		TriesAgainAfterReset, TriesAgainAfterRestart, WorksAgainAfterCutReply, FailsOver, FailsOverWhenUnanswered, NoDialStorm, NoticesIdleClose,
		SendsRequestOnce, SendsRequestAgain, KeepsAnswersApart,
		SurvivesCorruptReply, CopesWithFullWindow, LeavesNothingBehind, StopsWhenTold, SurvivesAnyWire,
	}

	udpPromises = []Promise[UDPClient]{
		HonorsDeadlineOnLoss, TriesAgainAfterLoss, AsksAnotherServer, ReportsUnreachablePort,
		TakesDuplicateOnce, CopesWithReorderedReplies, RefusesLateReply,
		RefusesTruncatedReply, RefusesStrangers, CopesWithEmptyDatagram, CopesWithLargestDatagram, SurvivesCorruptDatagram, SurvivesAnyNetwork,
	}

	loggerPromises = []Promise[NetworkLogger]{
		LinesArriveWholeOnceInOrder, SafeForManyGoroutines, LastLineOfAPanicArrives, LinesBeforeAnExitArrive,
		ReportsRefusedCollector, CopesWithLateCollector, SurvivesReset, SurvivesRestart, DeliversFirstLineAfterAnOutage,
		CountsLostLines, ResendsNothingTwice, LosesNothingInAReset, LosesNothingSilently,
		NeverBlocksItsCaller, BoundedMemory, CloseFlushes, CloseIsBounded, CloseIsBoundedInAnOutage, ReportsLinesAfterClose,
		NoReconnectStorm, SurvivesAnyCollector,
	}
)

// Promises returns all promises of a kind of subject, in the order of their specs:
// Promises[TCPClient]() are those of TCP clients. With Run it finds out which of them a
// subject keeps. The list is the caller's.
func Promises[S Subject]() []Promise[S] {
	var all any
	switch any(*new(S)).(type) {
	case TCPClient:
		all = tcpPromises
	case UDPClient:
		all = udpPromises
	case NetworkLogger:
		all = loggerPromises
	}
	return slices.Clone(all.([]Promise[S]))
}
