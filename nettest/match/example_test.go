package match_test

import (
	"fmt"
	"io"
	"log"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/gbytes"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	. "github.com/fakewire/fakewire/nettest/match"
)

// outside makes assertions without a test: failures are printed. In a test there is
// gomega.NewWithT(t), or Ginkgo's Expect and Eventually.
var outside = gomega.NewGomega(func(message string, _ ...int) { fmt.Println(message) })

// serve starts a server; in a test: fakeserver.Start(t, …).
func serve(rules ...fault.Rule) *fakeserver.Server {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Rules: rules}})
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

// say is a client: it sends text and reads the answer until there is no more.
func say(network, addr, text string) error {
	c, err := net.Dial(network, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		return err
	}
	_, err = io.ReadFull(c, make([]byte, len(text)))
	return err
}

func Example() {
	srv := serve(fault.ToClient(fault.Reset{}).AfterBytes(3).OnConn(1).Named("cut"))
	defer srv.Close()

	err := say("tcp", srv.Addr(), "PING\r\n")
	fmt.Println(outside.Expect(err).To(BeReset()))
	fmt.Println(outside.Expect(srv).To(HaveFired("cut")))
	fmt.Println(outside.Eventually(srv).Should(HaveReceived("PING\r\n").OnConn(1)))
	// Output:
	// true
	// true
	// true
}

func ExampleHaveReceived() {
	srv := serve()
	defer srv.Close()
	say("tcp", srv.Addr(), "HELO a\r\n")
	say("tcp", srv.Addr(), "HELO b\r\nQUIT\r\n")

	fmt.Println(outside.Eventually(srv).Should(HaveReceived("HELO a").OnConn(1)))
	fmt.Println(outside.Eventually(srv).Should(HaveReceived(regexp.MustCompile(`(?m)^QUIT\r$`))))
	fmt.Println(outside.Expect(srv).To(HaveReceived(gomega.Equal("HELO a\r\n")).OnConn(1))) // and nothing else
	fmt.Println(outside.Expect(srv).NotTo(HaveReceived("DATA")))                            // on no connection
	// Output:
	// true
	// true
	// true
	// true
}

func ExampleHaveSent() {
	srv := serve()
	defer srv.Close()
	say("tcp", srv.Addr(), "PING\r\n")
	fmt.Println(outside.Expect(srv).To(HaveSent("PING\r\n").OnConn(1)))
	// Output: true
}

func ExampleHaveReceivedDatagram() {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	say("udp", srv.Addr(), "PING")
	fmt.Println(outside.Expect(srv).To(HaveReceivedDatagram("PING").Times(1)))
	fmt.Println(outside.Expect(srv).NotTo(HaveReceivedDatagram("PI")))
	// Output:
	// true
	// true
}

func ExampleHaveSentDatagram() {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	say("udp", srv.Addr(), "PING")
	fmt.Println(outside.Expect(srv).To(HaveSentDatagram("PING").OnConn(1)))
	// Output: true
}

func ExampleHaveConns() {
	srv := serve()
	defer srv.Close()
	say("tcp", srv.Addr(), "PING")
	fmt.Println(outside.Expect(srv).To(HaveConns(1)))
	fmt.Println(outside.Expect(srv).To(HaveConns(gomega.BeNumerically("<", 3))))
	// Output:
	// true
	// true
}

func ExampleHaveEnded() {
	srv := serve()
	defer srv.Close()
	say("tcp", srv.Addr(), "PING")
	fmt.Println(outside.Eventually(srv).Should(HaveEnded().OnConn(1))) // it does not leave connections open
	fmt.Println(outside.Expect(srv).To(HaveEnded(transcript.ByFIN).OnConn(1)))
	// Output:
	// true
	// true
}

func ExampleHaveFired() {
	srv := serve(fault.ToClient(fault.Latency{Delay: time.Millisecond}).Named("far away"))
	defer srv.Close()
	say("tcp", srv.Addr(), "PING")
	fmt.Println(outside.Expect(srv).To(HaveFired("far away")))
	outside.Expect(srv).To(HaveFired("far off"))
	// Output:
	// true
	// HaveFired("far off"): there is no such rule; there are:
	//     far away
}

func ExampleBeReset() {
	srv := serve(fault.ToClient(fault.Reset{}).AfterBytes(1))
	defer srv.Close()
	outside.Expect(say("tcp", srv.Addr(), "PING")).To(BeReset())
	outside.Expect(fmt.Errorf("ask: %w", io.EOF)).To(BeReset())
	// Output:
	// Expected an error that says that the connection was reset (ECONNRESET), not
	//     *fmt.wrapError: ask: EOF
	//       *errors.errorString: EOF
	// It says that the stream has ended (io.EOF): see BeEOF.
}

func ExampleBeRefused() {
	srv := serve()
	defer srv.Close()
	srv.Down()
	fmt.Println(outside.Expect(say("tcp", srv.Addr(), "PING")).To(BeRefused()))
	// Output: true
}

func ExampleBeTimeout() {
	c, _ := net.Pipe()
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := c.Read(make([]byte, 1))
	fmt.Println(outside.Expect(err).To(BeTimeout()))
	// Output: true
}

func ExampleBeEOF() {
	srv := serve(fault.ToClient(fault.Close{}))
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	_, err = c.Read(make([]byte, 1))
	fmt.Println(outside.Expect(err).To(BeEOF()))
	// Output: true
}

func ExampleBeBrokenPipe() {
	srv := serve(fault.ToClient(fault.Reset{}).AfterBytes(1))
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("PING"))
	io.ReadFull(c, make([]byte, 4)) // says that the connection was reset
	_, err = c.Write([]byte("PING"))
	fmt.Println(outside.Expect(err).To(BeBrokenPipe()))
	// Output: true
}

func ExampleBuffer() {
	srv := serve()
	defer srv.Close()
	buf := Buffer(srv, 1)
	say("tcp", srv.Addr(), "HELO a\r\nQUIT\r\n")
	fmt.Println(outside.Eventually(buf).Should(gbytes.Say(`HELO \w`)))
	fmt.Println(outside.Eventually(buf).Should(gbytes.Say("QUIT")))
	// Output:
	// true
	// true
}

func ExampleFormatRecord() {
	// In a test: var _ = format.RegisterCustomFormatter(FormatRecord)
	key := format.RegisterCustomFormatter(FormatRecord)
	defer format.UnregisterCustomFormatter(key)
	srv := serve()
	defer srv.Close()
	fmt.Println(strings.Contains(format.Object(srv, 0), "0 conns, 0 events"))
	// Output: true
}
