package transcript_test

import (
	"fmt"
	"regexp"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// login is a record of a client that sends a password in two pieces.
func login() transcript.Transcript {
	r := transcripttest.New(transcript.Header{Network: "tcp"}, 0)
	for _, piece := range []string{"USER ada\nPASS hun", "ter2\nNOOP\n"} {
		r.Add(transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte(piece)})
	}
	return r.Transcript()
}

// A secret that is known is hidden wherever it is.
func ExampleRedactText() {
	tr := login().WithRedactor(transcript.RedactText("hunter2"))
	fmt.Printf("%s", tr.Redacted().FromClient())
	fmt.Println(tr.Received("PASS hunter2"))
	// Output:
	// USER ada
	// PASS *******
	// NOOP
	// true
}

// The group is hidden, and what it is recognized by stays.
func ExampleRedactMatches() {
	tr := login().WithRedactor(transcript.RedactMatches(regexp.MustCompile(`PASS (\S+)`)))
	fmt.Printf("%s", tr.Redacted().FromClient())
	// Output:
	// USER ada
	// PASS *******
	// NOOP
}

// Of the first connection, the bytes from 14 to 20.
func ExampleRedactRange() {
	tr := login().WithRedactor(transcript.RedactRange(1, transcript.FromClient, 14, 21))
	fmt.Printf("%s", tr.Redacted().FromClient())
	// Output:
	// USER ada
	// PASS *******
	// NOOP
}

// Each of two Redactors gets the true bytes.
func ExampleRedactor_And() {
	names := transcript.RedactMatches(regexp.MustCompile(`USER (\S+)`))
	tr := login().WithRedactor(names.And(transcript.RedactText("hunter2")))
	fmt.Printf("%s", tr.Redacted().FromClient())
	// Output:
	// USER ***
	// PASS *******
	// NOOP
}

// Words about a record are shown without what is hidden of its bytes.
func ExampleTranscript_Redact() {
	tr := login().WithRedactor(transcript.RedactMatches(regexp.MustCompile(`PASS (\S+)`)))
	fmt.Println(tr.Redact(`wrong password: "hunter2\n"`))
	// Output:
	// wrong password: "*******\n"
}
