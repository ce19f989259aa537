// Command flags prints the command-line flags that a program has because it imports
// fakeserver. There must be none; a spec of the root suite runs it.
package main

import (
	"flag"
	"fmt"

	_ "github.com/fakewire/fakewire/fakeserver"
)

func main() {
	fmt.Println("flags:")
	flag.VisitAll(func(f *flag.Flag) { fmt.Println(f.Name) })
}
