package fault

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestBlackholeLetsNothingPass(t *testing.T) {
	wantDelivered(t, "abcdef", "", ToClient(Blackhole{}))
	wantDelivered(t, "abcdef", "ab", ToClient(Blackhole{}).AfterBytes(2))
	wantDelivered(t, "abcdef", "abef", ToClient(Blackhole{}).AfterBytes(2).ForBytes(2))
	wantDelivered(t, "abcdef", "abcdef", ToClient(Blackhole{}).AfterBytes(6))
	wantDelivered(t, "abcdef", "abcdef", ToClient(Blackhole{}).WithProbability(0))
	wantDelivered(t, "abcdef", "abcd", ToClient(Blackhole{}).AfterMatch("cd"))
	wantDelivered(t, "abcdef", "ab", ToClient(Blackhole{}).AfterBytes(2), ToClient(Reset{}).AfterBytes(4))
}

func TestBlackholeCountsWhatItSwallows(t *testing.T) {
	g := compile(t, Streams, 1, ToClient(Blackhole{}).AfterBytes(2).ForBytes(3), ToClient(Blackhole{}).AfterBytes(4).Named("second"))
	drive(g.Stream(1, toClient), "abcdefgh", feeding{})
	r := g.Report()
	if r.Rules[0].Dropped != 3 || r.Rules[1].Dropped != 3 { // byte 4 is the first one's
		t.Errorf("dropped %d and %d, want 3 and 3", r.Rules[0].Dropped, r.Rules[1].Dropped)
	}
	if !strings.Contains(r.String(), "fired once, on conn 1 at byte 2; 3 bytes went nowhere") {
		t.Errorf("report = %s", r)
	}
}

// What comes before the hole passes, what is in it does not, and no match of
// Replace reaches across.
func TestBlackholeCutsReplaceInTwo(t *testing.T) {
	check(t, 500, func(t *rapid.T) {
		data := drawText(t, 1, 30, "data")
		edit := Replace{Old: drawText(t, 1, 4, "old"), New: drawText(t, 0, 3, "new")}
		from := between(t, 0, len(data)-1, "from")
		size := between(t, 1, len(data)-from, "size")
		want := strings.ReplaceAll(data[:from], edit.Old, edit.New) + strings.ReplaceAll(data[from+size:], edit.Old, edit.New)
		rules := []Rule{ToClient(edit), ToClient(Blackhole{}).AfterBytes(int64(from)).ForBytes(int64(size))}
		if coin(t, 2, "swap") {
			rules[0], rules[1] = rules[1], rules[0]
		}
		g := compile(t, Streams, 0, rules...)
		tr := drive(g.Stream(1, toClient), data, drawFeeding(t, len(data)))
		if tr.delivered != want || tr.dropped != int64(size) {
			t.Fatalf("%q became %q with %d dropped, want %q and %d", data, tr.delivered, tr.dropped, want, size)
		}
	})
}

func TestBlackholeOfDatagrams(t *testing.T) {
	if got := fates(compile(t, Datagrams, 1, FromClient(Blackhole{}).AfterDatagrams(2).ForDatagrams(3)), 1, 8); got != "11000111" {
		t.Errorf("fates = %s", got)
	}
}
