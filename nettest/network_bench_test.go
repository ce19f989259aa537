package nettest_test

import (
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/nettest"
)

// wires are a Network and what it is compared with in the same run.
var wires = []struct {
	name string
	make func(b *testing.B) (client, server net.Conn)
}{
	{"memory", func(b *testing.B) (net.Conn, net.Conn) { return pair(b, new(nettest.Network)) }},
	{"loopback", loopbackPair},
	{"pipe", func(b *testing.B) (net.Conn, net.Conn) { return net.Pipe() }},
}

func loopbackPair(b *testing.B) (client, server net.Conn) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	if client, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		b.Fatal(err)
	}
	if server, err = ln.Accept(); err != nil {
		b.Fatal(err)
	}
	return client, server
}

func BenchmarkStream(b *testing.B) {
	for _, size := range []int{512, 4 << 10, 32 << 10} {
		for _, w := range wires {
			b.Run(fmt.Sprintf("%dB/%s", size, w.name), func(b *testing.B) {
				client, server := w.make(b)
				stream(b, client, server, size)
			})
		}
	}
}

// stream writes b.N pieces, and reads them at the other end.
func stream(b *testing.B, client, server net.Conn, size int) {
	b.SetBytes(int64(size))
	b.ReportAllocs()
	read := make(chan int64)
	go func() {
		p, sum := make([]byte, size), int64(0)
		for {
			n, err := server.Read(p)
			if sum += int64(n); err != nil {
				break
			}
		}
		read <- sum
	}()
	p := make([]byte, size)
	b.ResetTimer()
	for range b.N {
		if _, err := client.Write(p); err != nil {
			b.Fatal(err)
		}
	}
	client.Close()
	if got := <-read; got != int64(size)*int64(b.N) {
		b.Fatalf("%d bytes were read", got)
	}
	server.Close()
}

func BenchmarkPingPong(b *testing.B) {
	for _, w := range wires {
		b.Run(w.name, func(b *testing.B) {
			client, server := w.make(b)
			defer client.Close()
			go io.CopyBuffer(struct{ io.Writer }{server}, struct{ io.Reader }{server}, make([]byte, 64))
			p := make([]byte, 64)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				client.Write(p)
				io.ReadFull(client, p)
			}
		})
	}
}

// One virtual minute of an idle server in a bubble; b's own clock has to stay outside.
func BenchmarkIdleMinute(b *testing.B) {
	b.ReportAllocs()
	inBubble(b, func(t *testing.T) {
		client, _ := pair(t, new(nettest.Network))
		p := make([]byte, 64)
		for range b.N {
			client.SetReadDeadline(time.Now().Add(time.Minute))
			if _, err := client.Read(p); err == nil {
				b.Fatal("no timeout")
			}
		}
	})
}

// The bubble's own cost of a minute.
func BenchmarkSleepMinute(b *testing.B) {
	inBubble(b, func(t *testing.T) {
		for range b.N {
			time.Sleep(time.Minute)
		}
	})
}

// inBubble runs f in a bubble, which needs a test of its own.
func inBubble(b *testing.B, f func(t *testing.T)) {
	if !runTest(b.Name(), func(t *testing.T) { synctest.Test(t, f) }) {
		b.Fail()
	}
}
