// Package inmemory measures what has no socket in it: the in-memory network against net.Pipe, a bubble's minute, and what is done with
// records; and, since it is made of them, what an explored plan costs, in memory and on sockets.
//
// The works and figures are made of package nettest, which the servers may not import: so they are not in benchwork.
package inmemory

import "github.com/fakewire/fakewire/fakeserver/internal/benchwork"

// Works returns every work.
func Works() []benchwork.Work {
	return []benchwork.Work{
		streamWork("Stream512", 512, 150_000, benchwork.AtLeast(4)),
		streamWork("Stream4K", 4<<10, 60_000, benchwork.AtLeast(1.5)),
		streamWork("Stream32K", 32<<10, 10_000, benchwork.AtLeast(1)),
		pingPongWork,
	}
}

// Figures returns every figure.
func Figures() []benchwork.Figure {
	return []benchwork.Figure{
		{Name: "IdleMinute", What: "one virtual minute of idle timeout in a bubble", Unit: "µs", Measure: idleMinute, Goal: benchwork.AtMost(3)},
		{Name: "PlanInMemory", What: "one explored plan of a search in memory, hangs included", Unit: "ms", Times: 20, Measure: planInMemory, Goal: benchwork.AtMost(1)},
		{Name: "PlanOnSockets", What: "one explored plan on sockets, a close or a reset", Unit: "ms", Times: 20, Measure: planOnSockets, Goal: benchwork.AtMost(0.3)},
		{Name: "PlanAllocs", What: "allocations of one explored plan in memory", Unit: "allocs", Times: 9, Measure: planAllocs},
		{Name: "Matchers", What: "the slowest failing matcher of streams, 10,000 connections", Unit: "ms", Times: 9, Measure: slowestOfStreams, Goal: benchwork.AtMost(100)},
		{Name: "MatchersPackets", What: "the slowest failing matcher of datagrams, 10,000 peers", Unit: "ms", Times: 9, Measure: slowestOfPackets, Goal: benchwork.AtMost(100)},
	}
}
