package kernel

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"
)

// reader is what Batch has inside. Both kinds must behave alike, so the one for other systems is tested here, too.
type reader interface {
	read(p []byte, size int) ([]Message, error)
}

func forEveryReader(t *testing.T, f func(t *testing.T, reads func(*net.UDPConn) reader)) {
	t.Run("multi", func(t *testing.T) {
		f(t, func(pc *net.UDPConn) reader {
			b, err := NewBatch(pc, 8)
			must(t, err)
			return b.r
		})
	})
	t.Run("single", func(t *testing.T) {
		f(t, func(pc *net.UDPConn) reader { return newSingleReader(pc) })
	})
}

// patientUDP is a socket whose reads end within patience.
func patientUDP(t *testing.T, network, address string) *net.UDPConn {
	t.Helper()
	pc := listenUDP(t, network, address, nil)
	pc.SetReadDeadline(time.Now().Add(patience))
	return pc
}

func TestBatchReadsEveryDatagramInOrder(t *testing.T) {
	sizes := []int{5, 0, 1, 65507, 0, 0, 1472, 9000, 3, 0, 65507, 2} // more than a batch, and 65,507 is the most there is
	forEveryReader(t, func(t *testing.T, reads func(*net.UDPConn) reader) {
		pc := patientUDP(t, "udp", "127.0.0.1:0")
		must(t, pc.SetReadBuffer(1<<20))
		r := reads(pc)
		client := dial(t, "udp", pc.LocalAddr().String())
		from := client.LocalAddr().(*net.UDPAddr).AddrPort()
		for range 3 { // the buffers are used again
			for i, size := range sizes {
				_, err := client.Write(bytes.Repeat([]byte{byte(i + 1)}, size))
				must(t, err)
			}
			wantMessages(t, r, sizes, from)
		}
		if n := count(t, Drops, net.PacketConn(pc)); n != 0 {
			t.Fatalf("%d datagrams were dropped", n)
		}
	})
}

func wantMessages(t *testing.T, r reader, sizes []int, from netip.AddrPort) {
	t.Helper()
	for i := 0; i < len(sizes); {
		messages, err := r.read(nil, 0)
		must(t, err)
		if len(messages) == 0 {
			t.Fatal("read gave no message and no error")
		}
		for _, m := range messages {
			want := bytes.Repeat([]byte{byte(i + 1)}, sizes[i])
			if !bytes.Equal(m.Data, want) || m.Data == nil || m.From != from || m.Truncated {
				t.Fatalf("message %d: %d bytes from %v, truncated %v, want %d bytes from %v", i, len(m.Data), m.From, m.Truncated, sizes[i], from)
			}
			i++
		}
	}
}

func TestBatchTakesManyAtOnce(t *testing.T) {
	pc := patientUDP(t, "udp", "127.0.0.1:0")
	b, err := NewBatch(pc, 8)
	must(t, err)
	client := dial(t, "udp", pc.LocalAddr().String())
	for range 3 {
		write(t, client, 10)
	}
	eventually(t, "several were read at once", func() bool {
		write(t, client, 10)
		write(t, client, 10)
		messages, err := b.Read()
		must(t, err)
		return len(messages) > 2
	})
}

func TestBatchUnmapsIPv4(t *testing.T) {
	forEveryReader(t, func(t *testing.T, reads func(*net.UDPConn) reader) {
		pc := patientUDP(t, "udp", ":0")
		r := reads(pc)
		_, port, _ := net.SplitHostPort(pc.LocalAddr().String())
		for _, host := range reachable("127.0.0.1", "::1", linkLocal()) {
			client := dial(t, "udp", net.JoinHostPort(host, port))
			write(t, client, 1)
			messages, err := r.read(nil, 0)
			must(t, err)
			want := netip.MustParseAddrPort(client.LocalAddr().String())
			if got := messages[0].From; got != want {
				t.Fatalf("From = %v, want %v", got, want)
			}
		}
	})
}

func TestZonesAreInterfaceNames(t *testing.T) {
	loopback, err := net.InterfaceByName("lo")
	must(t, err)
	for zone, index := range map[string]uint32{"lo": uint32(loopback.Index), "2147483647": 2147483647, "": 0} { // by number where there is no such interface
		if got := zoneName(index); got != zone {
			t.Errorf("zoneName(%d) = %q, want %q", index, got, zone)
		}
		if got := zoneIndex(zone); got != index {
			t.Errorf("zoneIndex(%q) = %d, want %d", zone, got, index)
		}
	}
}

func TestBatchDeadlines(t *testing.T) {
	forEveryReader(t, func(t *testing.T, reads func(*net.UDPConn) reader) {
		pc := listenUDP(t, "udp", "127.0.0.1:0", nil)
		r := reads(pc)
		pc.SetReadDeadline(time.Now().Add(-time.Second))
		wantReadError(t, pc, r, os.ErrDeadlineExceeded)
		pc.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		wantReadError(t, pc, r, os.ErrDeadlineExceeded)

		pc.SetReadDeadline(time.Now().Add(patience)) // and it works again
		write(t, dial(t, "udp", pc.LocalAddr().String()), 7)
		messages, err := r.read(nil, 0)
		must(t, err)
		if len(messages) != 1 || len(messages[0].Data) != 7 {
			t.Fatalf("read after a deadline = %v", messages)
		}
	})
}

// wantReadError compares with what package net's own read gives.
func wantReadError(t *testing.T, pc *net.UDPConn, r reader, want error) {
	t.Helper()
	_, err := r.read(nil, 0)
	wantError(t, "read", err, want)
	_, _, plain := pc.ReadFromUDPAddrPort(make([]byte, 1))
	if _, ok := errors.AsType[*net.OpError](err); !ok || err.Error() != plain.Error() {
		t.Fatalf("read = %v (%T), want %v", err, err, plain)
	}
}

func TestBatchOfAClosedSocket(t *testing.T) {
	forEveryReader(t, func(t *testing.T, reads func(*net.UDPConn) reader) {
		pc := listenUDP(t, "udp", "127.0.0.1:0", nil)
		r := reads(pc)
		write(t, dial(t, "udp", pc.LocalAddr().String()), 1)
		_, err := r.read(nil, 0)
		must(t, err)

		ended := make(chan error)
		go func() {
			_, err := r.read(nil, 0) // blocked, or about to be: either way Close has to end it
			ended <- err
		}()
		pc.Close()
		wantError(t, "read while the socket is closed", <-ended, net.ErrClosed)
		wantReadError(t, pc, r, net.ErrClosed)
	})
}

func TestBatchSeesARefusal(t *testing.T) {
	forEveryReader(t, func(t *testing.T, reads func(*net.UDPConn) reader) {
		g, err := GuardUDP("udp", "127.0.0.1:0")
		must(t, err)
		defer g.Close()
		client := dial(t, "udp", g.AddrPort().String())
		write(t, client, 1)
		_, err = reads(client.(*net.UDPConn)).read(nil, 0)
		wantError(t, "read", err, syscall.ECONNREFUSED)
		op, ok := errors.AsType[*net.OpError](err)
		if !ok || op.Op != "read" || op.Source == nil || op.Addr == nil {
			t.Fatalf("read = %#v, want a *net.OpError with both addresses", err)
		}
	})
}

func TestBatchAllocatesNothing(t *testing.T) {
	pc := patientUDP(t, "udp", ":0")
	b, err := NewBatch(pc, 8)
	must(t, err)
	_, port, _ := net.SplitHostPort(pc.LocalAddr().String())
	for _, host := range reachable("127.0.0.1", "::1", linkLocal()) {
		client := dial(t, "udp", net.JoinHostPort(host, port))
		data := []byte("datagram")
		allocs := testing.AllocsPerRun(200, func() {
			client.Write(data)
			if _, err := b.Read(); err != nil {
				t.Fatal(err)
			}
		})
		if allocs != 0 {
			t.Errorf("from %s: Read allocates %v times", host, allocs)
		}
	}
}

func TestDatagramsOver65507BytesAreRefused(t *testing.T) {
	pc := listenUDP(t, "udp", "127.0.0.1:0", nil)
	_, err := dial(t, "udp", pc.LocalAddr().String()).Write(make([]byte, 65508))
	wantError(t, "Write of 65,508 bytes", err, syscall.EMSGSIZE)
}

func BenchmarkBatch(b *testing.B) {
	lc := net.ListenConfig{Control: ReceiveBuffer(4 << 20)}
	pc, err := lc.ListenPacket(b.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer pc.Close()
	client, err := net.Dial("udp", pc.LocalAddr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	multi, err := newMultiReader(pc.(*net.UDPConn), 64)
	if err != nil {
		b.Fatal(err)
	}
	for name, r := range map[string]reader{"multi": multi, "single": newSingleReader(pc.(*net.UDPConn))} {
		b.Run(name, func(b *testing.B) { benchmarkDrain(b, client, r) })
	}
}

// benchmarkDrain times the draining of a full buffer only.
func benchmarkDrain(b *testing.B, client io.Writer, r reader) {
	const burst = 512
	data := make([]byte, 64)
	b.ReportAllocs()
	for n := 0; n < b.N; n += burst {
		b.StopTimer()
		for range burst {
			client.Write(data)
		}
		b.StartTimer()
		for got := 0; got < burst; {
			messages, err := r.read(nil, 0)
			if err != nil {
				b.Fatal(err)
			}
			got += len(messages)
		}
	}
}

// The time is that of the arrival, and not that of the read. A kernel that has just been asked for times for the first time
// takes a moment to begin.
func TestBatchTellsWhenDatagramsArrived(t *testing.T) {
	const gap = 2 * time.Millisecond
	pc := patientUDP(t, "udp", "127.0.0.1:0")
	b, err := NewBatch(pc, 8)
	must(t, err)
	client := dial(t, "udp", pc.LocalAddr().String())
	eventually(t, "the times of arrival are told", func() bool {
		write(t, client, 1)
		began := time.Now()
		for time.Since(began) < gap {
		}
		write(t, client, 1)
		write(t, client, 1)
		var arrived []time.Duration
		for len(arrived) < 3 {
			messages, err := b.Read()
			must(t, err)
			for _, m := range messages {
				arrived = append(arrived, m.Arrived)
			}
		}
		return arrived[0] > 0 && arrived[1]-arrived[0] >= gap && arrived[2] >= arrived[1]
	})
}
