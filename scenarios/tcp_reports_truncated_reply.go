package scenarios

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// ReportsTruncatedReply is the promise of a TCP client that returns an error when
// its reply ends too early: before the first byte, and after each but the last, once
// with a FIN, as from a server that was stopped in order, and once with an RST. A client
// that tries again gets no more.
//
// Any error will do. A client whose reply has neither a length nor an end of its own,
// but ends with the connection, can't tell a FIN in the middle from one at the end: it
// can't make this promise.
//
// The reply is all that the server sends on one connection, and so the Handler should not
// send what the client does not wait for, such as a newline after a JSON value. Of a reply
// of more than 512 bytes, the sweep takes every offset in the first and last 256 bytes,
// and 64 in between.
var ReportsTruncatedReply = Promise[TCPClient]{
	variable: "ReportsTruncatedReply",
	Name:     "reports a truncated reply",
	Why: "Half a file was downloaded, half a list imported, and there was no error. A FIN in the middle of a reply reads as an end of " +
		"file: bufio.Scanner hands on what came before it as a last line, and io.ReadAll calls it success.",
	Labels: []string{"tcp", "fault:close", "fault:reset"},
	check:  inTrials[TCPClient](truncations, wantErrorOfPart),
}

// truncations ends the reply at every offset.
func truncations(healthy history) ([]trial, error) {
	n, err := wholeReply(healthy)
	if err != nil {
		return nil, err
	}
	var all []trial
	for _, at := range replyOffsets(n) {
		for _, end := range []struct {
			text  string
			fault fault.Fault
		}{{"a FIN", fault.Close{}}, {"an RST", fault.Reset{}}} {
			what := fmt.Sprintf("with %s after byte %d of a reply of %d bytes", end.text, at, n)
			all = append(all, trial{what: what, plan: inPlaceOf(at, end.fault)})
		}
	}
	return all, nil
}
