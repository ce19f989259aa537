package transcript_test

import (
	"fmt"
	"regexp"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a run wrote that was right, and what another one did.
func ExampleDiff() {
	srv := serve()
	say(srv.Addr(), "HELO a\r\nPING\r\n")
	srv.Close()
	want := srv.Recording().Transcript // or from a file: transcript.ReadFile

	srv = serve()
	defer srv.Close()
	say(srv.Addr(), "HELO a\r\nPONG\r\n")
	srv.Close()
	fmt.Print(transcript.Diff(want, srv.Transcript()))
	// Output:
	// conn 1 FromClient differs at byte 9, and from byte 10 on it is the same:
	//     a  @0  "HELO a\r\nPING\r\n"
	//     b  @0  "HELO a\r\nPONG\r\n"
	//                        ^
	// conn 1 ToClient differs at byte 9, and from byte 10 on it is the same:
	//     a  @0  "HELO a\r\nPING\r\n"
	//     b  @0  "HELO a\r\nPONG\r\n"
	//                        ^
}

// The numbers of sessions are others in each run, and not always as long. What is after them is compared.
func ExampleComparison_Differences() {
	exchange := func(text string) transcript.Transcript {
		srv := serve()
		defer srv.Close()
		say(srv.Addr(), text)
		srv.Close()
		return srv.Transcript()
	}
	c := transcript.Comparison{A: "yesterday", B: "today", Ignore: []transcript.Ignore{
		{Pattern: regexp.MustCompile(`session \d+`)},
		{Direction: transcript.ToClient, To: 1 << 20},
	}}
	for d := range c.Differences(exchange("session 8: PING\r\n"), exchange("session 4711: PONG\r\n")) {
		fmt.Printf("%v of conn %d, at %d and %d:\n%v", d.Aspect, d.Conn, d.A.Offset, d.B.Offset, d)
	}
	// Output:
	// bytes of conn 1, at 12 and 15:
	// conn 1 FromClient differs at byte 12 of yesterday and 15 of today, and from byte 13 of yesterday and 16 of today on it is the same:
	//     yesterday  @0  <ignored>": PING\r\n"
	//     today      @0  <ignored>": PONG\r\n"
	//                                 ^
}
