package fault_test

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A plan is plain data: it is made, checked and printed without a wire.
func Example() {
	plan := fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Slice{Size: 2}),
		fault.ToClient(fault.Reset{}).AfterBytes(3).OnConn(1),
	}}
	if err := plan.Validate(fault.Streams); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%#v\n", plan.Rules[1])
	// Output: fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3)
}

func ExamplePlan_Validate() {
	err := fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Reset{}),
		fault.FromClient(fault.Latency{Delay: -time.Second}).Named("slow"),
	}}.Validate(fault.Streams)
	fmt.Println(err)
	// Output: fault: invalid plan: rule 2 (slow): Delay is -1s and Jitter is 0s, want more than 0
}
