package decide_test

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A plan decides without a wire: which pieces a reply would leave in.
func Example() {
	plan := fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Slice{Size: 2}),
		fault.ToClient(fault.Reset{}).AfterBytes(3),
	}}
	compiled, err := plan.Compile(fault.Streams)
	if err != nil {
		fmt.Println(err)
		return
	}
	stream := compiled.Program().Stream(1, transcript.ToClient)
	for _, step := range stream.Feed([]byte("PONG\r\n"), 0) {
		stream.Done(step)
		fmt.Printf("%v at %d: %q\n", step.Op, step.Offset, step.Data)
	}
	fmt.Print(compiled.Report())
	// Output:
	// pass at 0: "PO"
	// cut at 2: ""
	// pass at 2: "N"
	// reset at 3: ""
	// rule slice.ToClient.1: fired once, on conn 1 at byte 2
	// rule reset.ToClient.1: fired once, on conn 1 at byte 3
}
