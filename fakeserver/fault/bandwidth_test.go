package fault

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"pgregory.net/rapid"
)

var epoch = time.Unix(1e9, 0)

// duesOf returns when each of n pieces may pass that are all ready at the epoch.
func duesOf(b *decide.Bucket, n, size int) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = b.Take(epoch, size).Sub(epoch)
	}
	return all
}

func TestBandwidthIsExact(t *testing.T) {
	for _, rate := range []int64{1, 7, 64 << 10, 1 << 20, 100 << 20, 3_000_000_001} {
		for _, size := range []int{1, 3, 1460, 100_000} {
			b := Bandwidth{BytesPerSecond: rate, Burst: 1}.bucket()
			pieces := int(min(rate/int64(size)+1, 50_000))
			dues := duesOf(b, pieces, size)
			total := float64(pieces)*float64(size) - 1 // one byte was in the bucket
			want := total / float64(rate)
			if got := dues[len(dues)-1].Seconds(); math.Abs(got-want) > want/1000+2e-9 {
				t.Errorf("%d pieces of %d bytes at %d a second: %.9fs, want %.9fs", pieces, size, rate, got, want)
			}
		}
	}
}

func TestBandwidthDoesNotDependOnThePieces(t *testing.T) {
	check(t, 300, func(t *rapid.T) {
		f := Bandwidth{BytesPerSecond: rapid.Int64Range(1, math.MaxInt64).Draw(t, "rate"), Burst: rapid.Int64Range(0, 1e6).Draw(t, "burst")}
		whole, cut := f.bucket(), f.bucket()
		var last time.Time
		sum := 0
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 3000), 1, 50).Draw(t, "pieces") {
			sum += n
			due := cut.Take(epoch, n)
			if due.Before(last) || due.Before(epoch) {
				t.Fatalf("due at %v, after %v", due, last)
			}
			last = due
		}
		if want := whole.Take(epoch, sum); !last.Equal(want) {
			t.Fatalf("the last piece is due at %v, all at once at %v", last, want)
		}
	})
}

func TestBandwidthLetsItsBurstPassAtOnce(t *testing.T) {
	for _, tt := range []struct {
		f     Bandwidth
		burst int
	}{{Bandwidth{BytesPerSecond: 100}, 1460}, {Bandwidth{BytesPerSecond: 100, Burst: 10}, 10}, {Bandwidth{BytesPerSecond: 100, Burst: 5000}, 5000}} {
		b := tt.f.bucket()
		if due := b.Take(epoch, tt.burst); due != epoch {
			t.Errorf("%+v: the burst is due after %v", tt.f, due.Sub(epoch))
		}
		if got := b.Take(epoch, 1).Sub(epoch); got != 10*time.Millisecond {
			t.Errorf("%+v: the byte after the burst is due after %v, want 10ms", tt.f, got)
		}
	}
}

func TestBandwidthAfterIdleIsABurstAndNoMore(t *testing.T) {
	b := Bandwidth{BytesPerSecond: 1000, Burst: 100}.bucket()
	now := epoch
	for range 50 {
		if due := b.Take(now, 100); due != now {
			t.Fatalf("after a pause the burst is due %v late", due.Sub(now))
		}
		if due, want := b.Take(now, 500), now.Add(500*time.Millisecond); due != want {
			t.Fatalf("what is after the burst is due %v late, want 500ms", due.Sub(now))
		}
		now = now.Add(time.Hour)
	}
	half := Bandwidth{BytesPerSecond: 1000, Burst: 100}.bucket()
	half.Take(epoch, 100)
	if got := half.Take(epoch.Add(50*time.Millisecond), 100).Sub(epoch); got != 100*time.Millisecond {
		t.Errorf("with half a bucket, 100 bytes are due at %v, want 100ms", got)
	}
}

func TestBandwidthTakesAbsurdNumbers(t *testing.T) {
	for _, f := range []Bandwidth{{math.MaxInt64, math.MaxInt64}, {1, math.MaxInt64}, {math.MaxInt64, 1}} {
		if due := f.bucket().Take(epoch, 1); due != epoch {
			t.Errorf("%+v: the first byte is due after %v", f, due.Sub(epoch))
		}
	}
}

func TestBandwidthOfAStreamBehindItsLatency(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Bandwidth{BytesPerSecond: 1000, Burst: 1000}), ToClient(Latency{Delay: time.Second})).Stream(1, toClient)
	var got []time.Duration
	for _, step := range s.Feed([]byte(strings.Repeat("x", 4000)), 0) {
		if step.Op == decide.OpPass {
			got = append(got, step.Due(epoch).Sub(epoch))
		}
	}
	var want []time.Duration
	for _, ms := range []time.Duration{1000, 1460, 2460, 2920, 3920, 4000} {
		want = append(want, ms*time.Millisecond)
	}
	if !slices.Equal(got, want) {
		t.Errorf("buckets and the rests of cells are due at %v, want %v", got, want)
	}
}

func TestBandwidthEndsWithItsWindow(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Bandwidth{BytesPerSecond: 1, Burst: 1}).AfterBytes(2).ForBytes(3)).Stream(1, toClient)
	var got []time.Duration
	for _, step := range s.Feed([]byte("abcdefgh"), 0) {
		if step.Op == decide.OpPass {
			got = append(got, step.Due(epoch).Sub(epoch))
		}
	}
	if want := []time.Duration{0, 0, time.Second, 2 * time.Second, 0}; !slices.Equal(got, want) {
		t.Errorf("ab, c, d, e and fgh are due at %v, want %v", got, want)
	}
}

func TestBandwidthAlsoLimitsWhatReplaceKeptBack(t *testing.T) {
	s := compile(t, Streams, 1, ToClient(Replace{Old: "abc"}), ToClient(Bandwidth{BytesPerSecond: 1, Burst: 1})).Stream(1, toClient)
	s.Feed([]byte("ab"), 0)
	steps := s.Finish(0)
	if string(steps[0].Data) != "a" || steps[0].Due(epoch) != epoch || string(steps[1].Data) != "b" || steps[1].Due(epoch) != epoch.Add(time.Second) {
		t.Errorf("Finish = %+v, want a at once, and b a second later", steps)
	}
}

func TestBandwidthOfDatagramsTakesTurns(t *testing.T) {
	g := compile(t, Datagrams, 1, ToClient(Bandwidth{BytesPerSecond: 1000, Burst: 100}))
	for conn := 1; conn <= 2; conn++ { // each peer has its own
		p := g.Peer(conn, toClient)
		for i, want := range []time.Duration{0, 100, 200} {
			v := p.Next(make([]byte, 100), 0)
			if got := v.Due(v.Copies[0], epoch).Sub(epoch); got != want*time.Millisecond {
				t.Errorf("conn %d: datagram %d is due after %v, want %v", conn, i+1, got, want*time.Millisecond)
			}
		}
	}
}

// A line flows: each byte passes as soon as it is in the bucket, but within a millisecond. What
// became longer does, too.
func TestBandwidthFlows(t *testing.T) {
	for _, tt := range []struct {
		f     Bandwidth
		piece int
	}{
		{Bandwidth{BytesPerSecond: 500, Burst: 1}, 1}, {Bandwidth{BytesPerSecond: 1, Burst: 1}, 1},
		{Bandwidth{BytesPerSecond: 500, Burst: 7}, 7}, {Bandwidth{BytesPerSecond: 500}, 1460},
		{Bandwidth{BytesPerSecond: 100_000, Burst: 1}, 100}, {Bandwidth{BytesPerSecond: 1 << 30, Burst: 1}, 1460},
	} {
		for what, rules := range map[string][]Rule{
			"as it is": {ToClient(tt.f)},
			"longer":   {ToClient(Replace{Old: strings.Repeat("x", 500), New: strings.Repeat("y", 3000)}), ToClient(tt.f)},
			"shorter":  {ToClient(Replace{Old: strings.Repeat("x", 500), New: strings.Repeat("y", 30)}), ToClient(tt.f)},
		} {
			s := compile(t, Streams, 1, rules...).Stream(1, toClient)
			var passed, taken int64
			last := epoch
			for _, step := range s.Feed([]byte(strings.Repeat("x", 5000)), 0) {
				if step.Op != decide.OpPass {
					continue
				}
				if passed += int64(len(step.Data)); step.Offset != taken {
					t.Fatalf("%+v %s: a step at %d, want %d", tt.f, what, step.Offset, taken)
				}
				taken += step.Taken
				last = wantFlow(t, tt.f, step, last, passed)
				if len(step.Data) > tt.piece && tt.piece < 1460 {
					t.Fatalf("%+v %s: a piece of %d, want at most %d", tt.f, what, len(step.Data), tt.piece)
				}
			}
			if taken != 5000 {
				t.Errorf("%+v %s: %d bytes were taken, want 5000", tt.f, what, taken)
			}
		}
	}
}

// wantFlow checks when a step is due that brings the sum of what passed to n bytes, the step
// before it at last.
func wantFlow(t *testing.T, f Bandwidth, step decide.Step, last time.Time, n int64) time.Time {
	t.Helper()
	burst := cmp.Or(f.Burst, cellBytes)
	due, want := step.Due(epoch), epoch.Add(time.Duration(max(0, n-burst)*int64(time.Second)/f.BytesPerSecond))
	if d := due.Sub(want); d < -time.Nanosecond || d > time.Nanosecond {
		t.Fatalf("%+v: byte %d passes after %v, want %v", f, n, due.Sub(epoch), want.Sub(epoch))
	}
	if quiet := due.Sub(last); quiet > time.Duration(f.bucket().Piece()*int64(time.Second)/f.BytesPerSecond)+time.Nanosecond {
		t.Fatalf("%+v: nothing passes for %v before byte %d", f, quiet, n)
	}
	return due
}

func TestBandwidthRefusesNonsense(t *testing.T) {
	for _, m := range []Medium{Streams, Datagrams} {
		wantInvalid(t, m, ToClient(Bandwidth{}), "BytesPerSecond is 0")
		wantInvalid(t, m, ToClient(Bandwidth{BytesPerSecond: -1}), "BytesPerSecond is -1")
		wantInvalid(t, m, ToClient(Bandwidth{BytesPerSecond: 1, Burst: -1}), "Burst is -1")
	}
}
