package fault_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

func ExamplePlan_MarshalJSON() {
	plan := fault.Plan{Comment: "The answer is late.", Seed: 42, Rules: []fault.Rule{
		fault.ToClient(fault.Latency{Delay: 50 * time.Millisecond}).OnConn(1).AfterMatch("PONG").Named("slow"),
	}}
	text, err := json.MarshalIndent(plan, "", "  ")
	fmt.Println(string(text), err)
	// Output:
	// {
	//   "comment": "The answer is late.",
	//   "seed": 42,
	//   "rules": [
	//     {
	//       "name": "slow",
	//       "fault": {
	//         "kind": "latency",
	//         "delay": "50ms"
	//       },
	//       "direction": "to-client",
	//       "conns": {
	//         "only": [
	//           1
	//         ]
	//       },
	//       "after": {
	//         "match": "PONG"
	//       }
	//     }
	//   ]
	// } <nil>
}

func ExampleParsePlan() {
	_, err := fault.ParsePlan([]byte(`{"rules": [
		{"name": "slow", "fault": {"kind": "latency", "delay": 50}, "direction": "to-client"}
	]}`))
	fmt.Println(err)
	// Output: fault: invalid plan: rule 1 (slow): fault.delay: want a duration such as "50ms", got the number 50
}

func ExampleProfile3G() {
	plan := fault.Profile3G(fault.Streams)
	plan.Rules = append(plan.Rules, fault.ToClient(fault.Reset{}).AfterBytes(3))
	fmt.Printf("%#v\n", plan)
	// Output:
	// fault.Plan{Rules: []fault.Rule{
	// 	fault.ToClient(fault.Latency{Delay: 150 * time.Millisecond}).NeedNotFire().Named("3g.down.latency"),
	// 	fault.ToClient(fault.Bandwidth{BytesPerSecond: 200000}).NeedNotFire().Named("3g.down.bandwidth"),
	// 	fault.FromClient(fault.Latency{Delay: 150 * time.Millisecond}).NeedNotFire().Named("3g.up.latency"),
	// 	fault.FromClient(fault.Bandwidth{BytesPerSecond: 96000}).NeedNotFire().Named("3g.up.bandwidth"),
	// 	fault.ToClient(fault.Reset{}).AfterBytes(3),
	// }}
}
