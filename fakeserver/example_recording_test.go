package fakeserver_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A recording is a file that says what passed, by which plan, and what became of that. A failing test of
// Start's writes one by itself, with FAKEWIRE_ARTIFACTS.
func ExampleServer_Recording() {
	srv, err := fakeserver.Listen(fakeserver.Config{
		Name:    "upstream",
		Handler: fakeserver.Reply{Data: "PONG\r\n"},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Close{}).AfterBytes(3).Named("cut")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(conn, "PING\r\n")
	io.ReadAll(conn)
	conn.Close()
	srv.Close()

	var file bytes.Buffer
	if _, err := srv.Recording().WriteTo(&file); err != nil {
		fmt.Println(err)
		return
	}
	rec, err := transcript.Read(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q of %s\n", rec.Transcript.ToClient(), rec.Transcript.Header().Name)
	fmt.Println(strings.Contains(string(rec.Report), `"state":"fired"`))
	// Output:
	// "PON" of upstream
	// true
}
