package fault_test

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// With probabilities of 1, the chain is bad and good in turn.
func ExampleBurstLoss() {
	fmt.Println(send(fault.ToClient(fault.BurstLoss{P: 1, R: 1}), "one", "two", "three", "four"))
	// Output: "two" "four"
}

// Each answer comes again.
func ExampleDuplicate() {
	fmt.Println(send(fault.ToClient(fault.Duplicate{Rate: 1}).ForDatagrams(2), "one", "two", "three"))
	// Output: "one" "one" "two" "two" "three"
}

// The first answer comes again after the next one, when the client has asked something else.
func ExampleDuplicate_gap() {
	fmt.Println(send(fault.ToClient(fault.Duplicate{Rate: 1, Gap: 1}).ForDatagrams(1), "one", "two", "three"))
	// Output: "one" "two" "one" "three"
}

// A short answer has zeros at its end.
func ExampleEnlarge() {
	fmt.Println(send(fault.ToClient(fault.Enlarge{Size: 5}), "one", "three"))
	// Output: "one\x00\x00" "three"
}

// An answer to another query comes before the right one. A client that looks only at who sent it,
// and not at the identifier, takes it.
func ExampleForge() {
	fmt.Println(send(fault.ToClient(fault.Forge{Bytes: []byte("id=9"), First: true}), "id=1 A"))
	// Output: "id=9 A" "id=1 A"
}

// The second datagram is lost; a Rate would lose some by chance.
func ExampleLoss() {
	fmt.Println(send(fault.ToClient(fault.Loss{Nth: 2}), "one", "two", "three"))
	// Output: "one" "three"
}

// Each datagram has another identifier, but the last.
func ExampleOverwrite_datagrams() {
	fmt.Println(send(fault.ToClient(fault.Overwrite{At: 3, Bytes: []byte("9")}).ForDatagrams(1), "id=1", "id=2"))
	// Output: "id=9" "id=2"
}

// The first datagram comes after the second.
func ExampleReorder() {
	fmt.Println(send(fault.ToClient(fault.Reorder{Rate: 1}).ForDatagrams(1), "one", "two", "three"))
	// Output: "two" "one" "three"
}

// Datagrams of more than three bytes are cut, as by a buffer that is too small.
func ExampleTruncate() {
	fmt.Println(send(fault.ToClient(fault.Truncate{Size: 3}), "three", "one"))
	// Output: "thr" "one"
}
