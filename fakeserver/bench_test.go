package fakeserver_test

import (
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// Each benchmark is done by package net (raw) and by fakeserver, side by side. For
// ratios that noise does not fool: go -C fakeserver/internal/benchratio run .

func BenchmarkMatch(b *testing.B)        { benchmark(b, benchwork.Match) }
func BenchmarkMatchText(b *testing.B)    { benchmark(b, benchwork.MatchText) }
func BenchmarkMatchLooks(b *testing.B)   { benchmark(b, benchwork.MatchLooks) }
func BenchmarkSink(b *testing.B)         { benchmark(b, benchwork.Sink) }
func BenchmarkEcho1(b *testing.B)        { benchmark(b, benchwork.Echo1) }
func BenchmarkEcho64(b *testing.B)       { benchmark(b, benchwork.Echo64) }
func BenchmarkLifeCycle(b *testing.B)    { benchmark(b, benchwork.LifeCycle) }
func BenchmarkProxy(b *testing.B)        { benchmark(b, benchwork.Proxy) }
func BenchmarkProxyOff(b *testing.B)     { benchmark(b, benchwork.ProxyOff) }
func BenchmarkProxyEcho(b *testing.B)    { benchmark(b, benchwork.ProxyEcho) }
func BenchmarkUDP64(b *testing.B)        { benchmark(b, benchwork.UDP64) }
func BenchmarkUDP1200(b *testing.B)      { benchmark(b, benchwork.UDP1200) }
func BenchmarkUDP64Burst(b *testing.B)   { benchmark(b, benchwork.UDP64Burst) }
func BenchmarkUDP1200Burst(b *testing.B) { benchmark(b, benchwork.UDP1200Burst) }

func benchmark(b *testing.B, w benchwork.Work) {
	b.Run("raw", func(b *testing.B) { runBody(b, w, w.Raw) })
	b.Run("fakeserver", func(b *testing.B) { runBody(b, w, w.Kit) })
}

func runBody(b *testing.B, w benchwork.Work, body benchwork.Body) {
	b.ReportAllocs()
	b.SetBytes(w.Bytes)
	b.StopTimer()
	b.ResetTimer()
	done, err := body(b, b.N)
	if err != nil {
		b.Fatal(err)
	}
	if done < b.N { // the kernel lost the others
		b.ReportMetric(float64(done)/float64(b.N), "received/op")
	}
}

// sum is a Clock that only sees to it that the bodies use theirs.
type sum struct {
	began time.Time
	took  time.Duration
}

func (s *sum) StartTimer() { s.began = time.Now() }
func (s *sum) StopTimer()  { s.took += time.Since(s.began) }

// What the benchmarks measure works: every byte and datagram arrives or is counted.
func TestBenchmarkBodies(t *testing.T) {
	for _, w := range benchwork.Works() {
		for side, body := range map[string]benchwork.Body{"raw": w.Raw, "fakeserver": w.Kit} {
			t.Run(w.Name+"/"+side, func(t *testing.T) {
				n := min(w.Slice, 500)
				var clock sum
				done, err := body(&clock, n)
				if err != nil || done < 1 || done > n || clock.took <= 0 {
					t.Fatalf("body(%d) = %d, %v in %v, want 1 to %d, nil", n, done, err, clock.took, n)
				}
			})
		}
	}
}

// The sink's body does not look at the record, so that its memory can be used
// again: here is somebody who does.
func TestBenchmarkSinkRecordsAll(t *testing.T) {
	n, err := benchwork.SinkRecords(1 << 20)
	if err != nil || n != 1<<20 {
		t.Fatalf("recorded %d bytes of 1 MiB, %v", n, err)
	}
}
