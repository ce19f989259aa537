package nettest_test

import (
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"
)

// minRounds is how many rounds a ratio needs: machines are shared and noisy.
const minRounds = 60

// BenchmarkRatio compares a Network with loopback TCP and net.Pipe: it runs short slices of each in
// turn, over warm connections, and reports the median of their ratios. Goals: ×loopback is 1
// or more at each size, 32 KiB go at 4 GB/s or more, and 64 bytes there and back take 2 µs
// or less.
func BenchmarkRatio(b *testing.B) {
	for _, w := range []struct{ size, pieces int }{{512, 4000}, {4 << 10, 2000}, {32 << 10, 400}} {
		b.Run(fmt.Sprintf("stream/%dB", w.size), func(b *testing.B) {
			memory := ratios(b, func(client, server net.Conn) func() error { return streaming(b, client, server, w.size, w.pieces) })
			b.ReportMetric(float64(w.size*w.pieces)/float64(memory.Nanoseconds()), "GB/s")
		})
	}
	b.Run("pingpong/64B", func(b *testing.B) {
		const trips = 500
		memory := ratios(b, func(client, server net.Conn) func() error { return pingPong(client, server, trips) })
		b.ReportMetric(float64(memory.Nanoseconds())/trips, "ns/trip")
	})
}

// ratios runs a workload on all wires in turn, reports how many times as fast as each of the
// others the first is, and returns how long the first takes.
func ratios(b *testing.B, work func(client, server net.Conn) func() error) time.Duration {
	var all []func() error
	for _, w := range wires {
		client, server := w.make(b)
		defer client.Close()
		defer server.Close()
		all = append(all, work(client, server))
	}
	rounds := max(b.N, minRounds)
	took := make([][]float64, len(all))
	b.ResetTimer()
	for round := range 1 + rounds { // the first one warms up
		for i := range all {
			first := (i + round) % len(all) // the first one changes, so that drift favors none
			began := time.Now()
			if err := all[first](); err != nil {
				b.Fatal(err)
			}
			took[first] = append(took[first], float64(time.Since(began)))
		}
	}
	for i, w := range wires[1:] {
		b.ReportMetric(median(ratiosOf(took[i+1][1:], took[0][1:])), "×"+w.name)
	}
	b.ReportMetric(0, "ns/op") // it means nothing here
	return time.Duration(median(took[0][1:]))
}

func ratiosOf(others, ours []float64) []float64 {
	all := make([]float64, len(ours))
	for i := range all {
		all[i] = others[i] / ours[i]
	}
	return all
}

func median(figures []float64) float64 {
	s := slices.Sorted(slices.Values(figures))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// streaming writes pieces, and returns when all of them were read.
func streaming(b *testing.B, client, server net.Conn, size, pieces int) func() error {
	read := make(chan error)
	begin := make(chan struct{}, 1)
	b.Cleanup(func() { close(begin) })
	go func() {
		p := make([]byte, size)
		for range begin {
			sum, err := 0, error(nil)
			for sum < size*pieces && err == nil {
				var n int
				n, err = server.Read(p)
				sum += n
			}
			read <- err
		}
	}()
	p := make([]byte, size)
	return func() error {
		begin <- struct{}{}
		for range pieces {
			if _, err := client.Write(p); err != nil {
				return err
			}
		}
		return <-read
	}
}

// pingPong sends 64 bytes back and forth.
func pingPong(client, server net.Conn, trips int) func() error {
	go io.CopyBuffer(struct{ io.Writer }{server}, struct{ io.Reader }{server}, make([]byte, 64))
	p := make([]byte, 64)
	return func() error {
		for range trips {
			if _, err := client.Write(p); err != nil {
				return err
			}
			if _, err := io.ReadFull(client, p); err != nil {
				return err
			}
		}
		return nil
	}
}
