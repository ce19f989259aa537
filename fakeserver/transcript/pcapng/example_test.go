package pcapng_test

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"
)

// What happened to a client, as a file for Wireshark and other programs that read captures.
func ExampleWrite() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Reset{}).AfterBytes(3),
	}}})
	if err != nil {
		log.Fatal(err)
	}
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	io.WriteString(c, "hello\n")
	io.ReadAll(c)
	c.Close()
	srv.Close()

	name := filepath.Join(os.TempDir(), "hello.pcapng")
	defer os.Remove(name)
	file, err := os.Create(name)
	if err != nil {
		log.Fatal(err)
	}
	if err := pcapng.Write(file, srv.Recording()); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}

	list(name) // or: wireshark hello.pcapng
	// Output:
	// SYN
	// SYN ACK
	// ACK
	// PSH ACK "hello\n"
	// ACK
	// PSH ACK "hel"
	// ACK
	// RST ACK
}

// list prints the packets of a capture.
func list(name string) {
	file, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	r, err := pcapgo.NewNgReader(file, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		log.Fatal(err)
	}
	for p := range gopacket.NewPacketSource(r, r.LinkType()).Packets() {
		t := p.TransportLayer().(*layers.TCP)
		var words []string
		for _, flag := range []struct {
			set  bool
			name string
		}{{t.SYN, "SYN"}, {t.RST, "RST"}, {t.PSH, "PSH"}, {t.ACK, "ACK"}} {
			if flag.set {
				words = append(words, flag.name)
			}
		}
		if len(t.Payload) > 0 {
			words = append(words, strconv.Quote(string(t.Payload)))
		}
		fmt.Println(strings.Join(words, " "))
	}
}
