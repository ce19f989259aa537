package fault_test

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A plan decides without a wire: which pieces a reply would leave in.
func Example() {
	plan := fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Slice{Size: 2}),
		fault.ToClient(fault.Reset{}).AfterBytes(3),
	}}
	program, err := plan.Compile(fault.Streams)
	if err != nil {
		fmt.Println(err)
		return
	}
	stream := program.Stream(1, transcript.ToClient)
	for _, step := range stream.Feed([]byte("PONG\r\n"), 0) {
		fmt.Printf("%v at %d: %q\n", step.Op, step.Offset, step.Data)
	}
	// Output:
	// pass at 0: "PO"
	// cut at 2: ""
	// pass at 2: "N"
	// reset at 3: ""
}

func ExamplePlan_Validate() {
	err := fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Reset{}),
		fault.FromClient(fault.Latency{Delay: -time.Second}).Named("slow"),
	}}.Validate(fault.Streams)
	fmt.Println(err)
	// Output: fault: invalid plan: rule 2 (slow): Delay is -1s and Jitter is 0s, want more than 0
}
