package fault

import (
	"bytes"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

func TestCorruptFlipsExactlyItsBits(t *testing.T) {
	wantDelivered(t, "aaaa", "abac", ToClient(Corrupt{Bits: []int64{25, 8, 9}}))
	wantDelivered(t, "aaaa", "aaba", ToClient(Corrupt{Bits: []int64{0, 1}}).AfterBytes(2))
	wantDelivered(t, "aaaa", "aaaa", ToClient(Corrupt{Bits: []int64{32}}))
	wantDelivered(t, "aaaa", "a`aa", ToClient(Corrupt{Bits: []int64{8, 16, 24}}).Times(1))
	wantDelivered(t, "aaaa", "a`aa", ToClient(Corrupt{Bits: []int64{8, 16, 24}}).ForBytes(2))
	wantDelivered(t, "aaaaaa", "aa`a", ToClient(Corrupt{Bits: []int64{8, 32}}), ToClient(Blackhole{}).AfterBytes(1).ForBytes(2))
	wantSteps(t, "aa", "mark@0 `a", ToClient(Corrupt{Bits: []int64{0}}))
}

func TestCorruptFlipsItsBitsHoweverTheyAreCut(t *testing.T) {
	check(t, 300, func(t *rapid.T) {
		data := drawText(t, 1, 40, "data")
		positions := rapid.SliceOfNDistinct(rapid.Int64Range(0, 350), 1, 8, rapid.ID).Draw(t, "bits")
		from := between(t, 0, len(data), "from")
		want := []byte(data)
		for _, bit := range positions {
			if at := from + int(bit/8); at < len(want) {
				want[at] ^= 1 << (bit % 8)
			}
		}
		g := compile(t, Streams, 0, ToClient(Corrupt{Bits: positions}).AfterBytes(int64(from)))
		if tr := drive(g.Stream(1, toClient), data, drawFeeding(t, len(data))); tr.delivered != string(want) {
			t.Fatalf("%q became %q, want %q", data, tr.delivered, want)
		}
	})
}

func TestCorruptDoesNotChangeTheSendersBytes(t *testing.T) {
	mine := []byte("aaaa")
	compile(t, Streams, 1, ToClient(Corrupt{Bits: []int64{8}})).Stream(1, toClient).Feed(mine, 0)
	compile(t, Datagrams, 1, ToClient(Corrupt{Bits: []int64{8}})).Peer(1, toClient).Next(mine, 0)
	if string(mine) != "aaaa" {
		t.Errorf("the sender's bytes became %q", mine)
	}
}

// flipped returns the positions of the bits in which got differs from want.
func flipped(got, want []byte) []int {
	var all []int
	for i := range want {
		for b := got[i] ^ want[i]; b != 0; b &= b - 1 {
			all = append(all, 8*i+bits.TrailingZeros8(b))
		}
	}
	return all
}

func TestCorruptByRateFlipsOneBitOfACell(t *testing.T) {
	const cells, classes = 20_000, 16
	for _, rate := range []float64{.05, .5, 1} {
		s := compile(t, Streams, 3, ToClient(Corrupt{Rate: rate})).Stream(1, toClient)
		zeros, got := make([]byte, 20*cellBytes), []byte(nil)
		hits, positions := 0, make([]int, classes)
		for range cells / 20 {
			got = got[:0]
			for _, step := range s.Feed(zeros, 0) {
				got = append(got, step.Data...)
			}
			for _, cell := range []int{0, 7, 19} {
				part := flipped(got[cell*cellBytes:(cell+1)*cellBytes], zeros[:cellBytes])
				if len(part) > 1 {
					t.Fatalf("%d bits of a cell are flipped, want one", len(part))
				}
				for _, bit := range part {
					hits++
					positions[bit*classes/(8*cellBytes)]++
				}
			}
		}
		wantRate(t, "cells hit", hits, 3*cells/20, rate)
		wantEven(t, "positions", positions)
	}
}

// With a chance of its own too, each bit of a datagram is as likely: the draws for
// whether and where are apart.
func TestCorruptByRateFlipsAnyBitOfADatagram(t *testing.T) {
	const n = 50_000
	for _, chance := range []float64{1, .5, .1} {
		p := compile(t, Datagrams, 3, ToClient(Corrupt{Rate: .5}).WithProbability(chance)).Peer(1, toClient)
		hits, positions := 0, make([]int, 64)
		zeros := make([]byte, 8)
		for range n {
			for _, bit := range flipped(p.Next(zeros, 0).Copies[0].Data, zeros) {
				hits++
				positions[bit]++
			}
		}
		wantRate(t, "datagrams hit", hits, n, chance/2)
		wantEven(t, "positions", positions)
	}
}

func TestCorruptOfDatagrams(t *testing.T) {
	for _, tt := range []struct {
		data, want string
		fires      bool
	}{{"aa", "`c", true}, {"a", "`", true}, {"", "", false}} {
		v := compile(t, Datagrams, 1, ToClient(Corrupt{Bits: []int64{0, 9}})).Peer(1, toClient).Next([]byte(tt.data), 0)
		if !bytes.Equal(v.Copies[0].Data, []byte(tt.want)) || (len(v.Fired) > 0) != tt.fires {
			t.Errorf("%q became %q, fired %v", tt.data, v.Copies[0].Data, v.Fired)
		}
	}
	if v := compile(t, Datagrams, 1, ToClient(Corrupt{Rate: 1})).Peer(1, toClient).Next(nil, 0); len(v.Fired) > 0 {
		t.Errorf("an empty datagram has no bits, and fired %v", v.Fired)
	}
}

func TestCorruptBehindReplaceCountsWhatThatHandsOn(t *testing.T) {
	wantDelivered(t, "xxabcyy", "xx1cyy", ToClient(Replace{Old: "ab", New: "1"}), ToClient(Corrupt{Bits: []int64{80}}))
	wantDelivered(t, "xxabcyy", "xx1byy", ToClient(Replace{Old: "ab", New: "1"}), ToClient(Corrupt{Bits: []int64{24}}))
	// What Replace keeps back when Corrupt begins is not Corrupt's.
	wantDelivered(t, "xxabzz", "xxab{z", ToClient(Replace{Old: "abc", New: "1"}), ToClient(Corrupt{Bits: []int64{0}}).AfterBytes(4))
}

// Which bit of which byte: an event of a stream stands at its byte, one of a datagram at the datagram.
func TestCorruptSaysWhichBitsAreFlipped(t *testing.T) {
	for _, next := range []func(int) int{whole, bytewise} {
		var got []string
		s := compile(t, Streams, 1, ToClient(Corrupt{Bits: []int64{9, 25, 8}}).AfterBytes(1)).Stream(1, toClient)
		for data := "aaaaaa"; data != ""; {
			n := next(len(data))
			for _, step := range s.Feed([]byte(data[:n]), 0) {
				if step.Op == decide.OpMark {
					got = append(got, fmt.Sprintf("%s @%d", step.Text, step.Offset))
				}
			}
			data = data[n:]
		}
		if text := strings.Join(got, ", "); text != "bit 0 flipped @2, bit 1 flipped @2, bit 1 flipped @4" {
			t.Errorf("of a stream: %s", text)
		}
	}
	for want, bits := range map[string][]int64{
		"bit 7 flipped at offset 2":                                                            {23},
		"bits flipped: 0 at offset 0, 2 at offset 1":                                           {10, 0},
		"bits flipped: 1 at offset 0, 2 at offset 0, 3 at offset 0, 4 at offset 0":             {4, 3, 2, 1},
		"bits flipped: 1 at offset 0, 2 at offset 0, 3 at offset 0, 4 at offset 0, and 2 more": {5, 4, 3, 2, 1, 23},
		"bits flipped: 6 at offset 2, 7 at offset 2":                                           {22, 23, 24, 1000}, // the others are not there
	} {
		v := compile(t, Datagrams, 1, ToClient(Corrupt{Bits: bits})).Peer(1, toClient).Next([]byte("aaa"), 0)
		if got := v.Fired[0].Text; got != want {
			t.Errorf("%d: %q, want %q", bits, got, want)
		}
	}
	const zeros = "\x00\x00\x00\x00"
	p := compile(t, Datagrams, 5, ToClient(Corrupt{Rate: 1})).Peer(1, toClient)
	for range 50 {
		v := p.Next([]byte(zeros), 0)
		bit := flipped(v.Copies[0].Data, []byte(zeros))[0]
		if got, want := v.Fired[0].Text, fmt.Sprintf("bit %d flipped at offset %d", bit%8, bit/8); got != want {
			t.Errorf("by rate: %q, want %q", got, want)
		}
	}
	var got []byte
	var said []string
	data := make([]byte, 50*cellBytes)
	for _, step := range compile(t, Streams, 5, ToClient(Corrupt{Rate: 1})).Stream(1, toClient).Feed(data, 0) {
		if got = append(got, step.Data...); step.Op == decide.OpMark {
			said = append(said, fmt.Sprintf("%s @%d", step.Text, step.Offset))
		}
	}
	var want []string
	for _, bit := range flipped(got, data) {
		want = append(want, fmt.Sprintf("bit %d flipped @%d", bit%8, bit/8))
	}
	if len(want) == 0 || !slices.Equal(said, want) {
		t.Errorf("of a stream, by rate: %q, want %q", said, want)
	}
}

func TestCorruptRefusesNonsense(t *testing.T) {
	for _, m := range []Medium{Streams, Datagrams} {
		wantInvalid(t, m, ToClient(Corrupt{}), "Rate is 0 and Bits is []")
		wantInvalid(t, m, ToClient(Corrupt{Rate: .1, Bits: []int64{1}}), "Rate is 0.1 and Bits is [1]")
		wantInvalid(t, m, ToClient(Corrupt{Rate: 1.1}), "Rate is 1.1")
		wantInvalid(t, m, ToClient(Corrupt{Rate: -.1}), "Rate is -0.1")
		wantInvalid(t, m, ToClient(Corrupt{Bits: []int64{-1}}), "Bits[0] is -1")
		wantInvalid(t, m, ToClient(Corrupt{Bits: []int64{1, 2, 1}}), "Bits[2] is 1")
	}
}

func TestCompiledPlanDoesNotChangeWithTheCallersBits(t *testing.T) {
	positions := []int64{0}
	g := compile(t, Streams, 1, ToClient(Corrupt{Bits: positions}))
	positions[0] = 8
	if tr := drive(g.Stream(1, toClient), "aa", feeding{}); !strings.HasPrefix(tr.delivered, "`a") {
		t.Errorf("delivered %q", tr.delivered)
	}
}
