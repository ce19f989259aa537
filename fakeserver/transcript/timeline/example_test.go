package timeline_test

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
)

// A client's answer is cut off by a reset, and a page shows that.
func ExampleWrite() {
	srv, err := fakeserver.Listen(fakeserver.Config{ // in a test: fakeserver.Start(t, …)
		Handler: fakeserver.Echo{},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(3)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	io.WriteString(c, "PING\r\n")
	io.ReadAll(c)
	c.Close()
	srv.Close()

	dir, err := os.MkdirTemp("", "timeline")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	f, err := os.Create(filepath.Join(dir, "ping.html"))
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	if err := timeline.Write(f, srv.Recording()); err != nil {
		log.Fatal(err)
	}

	page, err := os.ReadFile(f.Name())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(string(page), "fired once, on conn 1 at byte 3"))
	// Output: true
}
