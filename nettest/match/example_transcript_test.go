package match_test

import (
	"fmt"
	"regexp"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	. "github.com/fakewire/fakewire/nettest/match"
)

// The file was written by a run with FAKEWIRE_UPDATE=1. The numbers of sessions are others each time.
func ExampleMatchTranscript() {
	srv := serve()
	defer srv.Close()
	say("tcp", srv.Addr(), "SESSION 4711\r\n")

	fmt.Println(outside.Eventually(srv).Should(MatchTranscript("testdata/echo.jsonl",
		transcript.Ignore{Pattern: regexp.MustCompile(`SESSION \d+`)})))
	// Output: true
}
