package fault_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// Two bytes pass at once, and each of the other three takes ten milliseconds.
func ExampleBandwidth() {
	began := time.Now()
	fmt.Println(ping(fault.ToClient(fault.Bandwidth{BytesPerSecond: 100, Burst: 2})))
	fmt.Println(time.Since(began) >= 30*time.Millisecond)
	// Output:
	// "PING\n", EOF
	// true
}

// What the handler writes vanishes after two bytes. The ends of streams pass.
func ExampleBlackhole() {
	fmt.Println(ping(fault.ToClient(fault.Blackhole{}).AfterBytes(2)))
	// Output: "PI", EOF
}

// A reply that is cut short looks like one that has ended.
func ExampleClose() {
	fmt.Println(ping(fault.ToClient(fault.Close{}).AfterBytes(3)))
	// Output: "PIN", EOF
}

// The lowest bit of the second byte is flipped.
func ExampleCorrupt() {
	fmt.Println(ping(fault.ToClient(fault.Corrupt{Bits: []int64{8}})))
	// Output: "PHNG\n", EOF
}

// The handler sees the end of what the client sends, which goes on sending.
func ExampleHalfClose() {
	fmt.Println(ping(fault.FromClient(fault.HalfClose{}).AfterBytes(3)))
	// Output: "PIN", EOF
}

// The test lets the reply go on when it likes.
func ExampleHold() {
	srv, c := connect(sendsALineBack, fault.ToClient(fault.Hold{Gate: "rest"}).AfterBytes(3))
	defer srv.Close()
	defer c.Close()
	if _, err := io.WriteString(c, "PING\n"); err != nil {
		log.Fatal(err)
	}
	if err := srv.AwaitHeld(context.Background(), "rest"); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q has left\n", srv.Transcript().ToClient())
	if err := srv.Release("rest"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(readToEnd(c))
	// Output:
	// "PIN" has left
	// "PING\n", EOF
}

// Everything is that much later, and nothing is lost.
func ExampleLatency() {
	began := time.Now()
	fmt.Println(ping(fault.ToClient(fault.Latency{Delay: 20 * time.Millisecond})))
	fmt.Println(time.Since(began) >= 20*time.Millisecond)
	// Output:
	// "PING\n", EOF
	// true
}

// A length that lies: the reply is shorter than it says.
func ExampleOverwrite() {
	reply := fakeserver.Reply{Data: "len=04 PONG"}
	srv, c := connect(reply, fault.ToClient(fault.Overwrite{Bytes: []byte("99")}).AfterMatch("len="))
	defer srv.Close()
	defer c.Close()
	if _, err := io.WriteString(c, "PING\n"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(readToEnd(c))
	// Output: "len=99 PONG", EOF
}

// A reply becomes another one, of another length.
func ExampleReplace() {
	fmt.Println(ping(fault.ToClient(fault.Replace{Old: "PING", New: "-ERR busy"})))
	// Output: "-ERR busy\n", EOF
}

// The connection breaks after three bytes of the reply.
func ExampleReset() {
	fmt.Println(ping(fault.ToClient(fault.Reset{}).AfterBytes(3)))
	// Output: "PIN", ECONNRESET
}

// The handler's Reads stop at the boundaries.
func ExampleSlice() {
	printsReads := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		for p := make([]byte, 100); ; {
			n, err := c.Read(p)
			if err != nil {
				return err
			}
			fmt.Printf("%q ", p[:n])
			if _, err := c.Write(p[:n]); err != nil {
				return err
			}
		}
	})
	srv, c := connect(printsReads, fault.FromClient(fault.Slice{Size: 2}))
	defer srv.Close()
	defer c.Close()
	if _, err := io.WriteString(c, "PING\n"); err != nil {
		log.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, len("PING\n"))); err != nil {
		log.Fatal(err)
	}
	// Output: "PI" "NG" "\n"
}

// Everything is there in time, but for the end: a client that reads to that waits.
func ExampleSlowClose() {
	began := time.Now()
	fmt.Println(ping(fault.ToClient(fault.SlowClose{Delay: 20 * time.Millisecond})))
	fmt.Println(time.Since(began) >= 20*time.Millisecond)
	// Output:
	// "PING\n", EOF
	// true
}

// The reply stops within, and goes on: with For zero, it never would.
func ExampleStall() {
	began := time.Now()
	fmt.Println(ping(fault.ToClient(fault.Stall{For: 20 * time.Millisecond}).AfterBytes(3)))
	fmt.Println(time.Since(began) >= 20*time.Millisecond)
	// Output:
	// "PING\n", EOF
	// true
}
