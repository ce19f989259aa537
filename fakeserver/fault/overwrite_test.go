package fault

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestOverwriteWritesWhereTheRuleBegins(t *testing.T) {
	xy := Overwrite{Bytes: []byte("xy")}
	later := Overwrite{At: 2, Bytes: []byte("xy")}
	wantDelivered(t, "abcdef", "xycdef", ToClient(xy))
	wantDelivered(t, "abcdef", "abxyef", ToClient(later))
	wantDelivered(t, "abcdef", "abcxyf", ToClient(later).AfterBytes(1))
	wantDelivered(t, "len=12,", "len=xy,", ToClient(xy).AfterMatch("len="))
	wantDelivered(t, "len=1", "len=x", ToClient(xy).AfterMatch("len="))
	wantDelivered(t, "len=", "len=", ToClient(xy).AfterMatch("len="))
	wantDelivered(t, "abcdef", "xbcdef", ToClient(xy).ForBytes(1))
	wantDelivered(t, "abcdef", "abcdef", ToClient(Overwrite{At: math.MaxInt64, Bytes: []byte("xy")}).AfterBytes(3))
	wantDelivered(t, "abcdef", "x", ToClient(xy), ToClient(Reset{}).AfterBytes(1))
	wantDelivered(t, "aab", "xxb", ToClient(Replace{Old: "a", New: "x"}), ToClient(Overwrite{Bytes: []byte("xx")}))
}

// It acts once, and is not over before it has written everything.
func TestOverwriteActsOnce(t *testing.T) {
	once := ToClient(Overwrite{At: 1, Bytes: []byte("xxx")}).Times(1)
	wantDelivered(t, "abcdef", "axxxef", once)
	for _, tt := range []struct {
		data  string
		count int64
		at    int64
	}{{"abcdef", 1, 1}, {"ab", 1, 1}, {"axbc", 1, 2}, {"a", 0, 0}, {"axxxe", 0, 0}} {
		for _, pieces := range [][]int{nil, {1}, {2}} {
			g := compile(t, Streams, 1, once)
			drive(g.Stream(1, toClient), tt.data, feeding{pieces: pieces})
			if o := g.Report().Rules[0]; o.Count != tt.count || o.Count > 0 && o.Offset != tt.at {
				t.Errorf("%q in pieces of %v: %+v; want it to have acted %d times, at %d", tt.data, pieces, o, tt.count, tt.at)
			}
		}
	}
}

// However the stream is cut, it is a copy to the place.
func TestOverwriteIsCopy(t *testing.T) {
	check(t, 1000, func(t *rapid.T) {
		data := drawText(t, 1, 40, "data")
		f := Overwrite{At: int64(between(t, 0, 30, "at")), Bytes: []byte(drawText(t, 1, 12, "bytes"))}
		from := int64(between(t, 0, 30, "from"))
		want := []byte(data)
		if at := from + f.At; at < int64(len(want)) {
			copy(want[at:], f.Bytes)
		}
		g := compile(t, Streams, 0, ToClient(f).AfterBytes(from).Times(between(t, 0, 1, "times")))
		if tr := drive(g.Stream(1, toClient), data, drawFeeding(t, len(data))); tr.delivered != string(want) {
			t.Fatalf("%q became %q, want %q", data, tr.delivered, want)
		}
	})
}

func TestOverwriteOfDatagrams(t *testing.T) {
	for _, tt := range []struct {
		at         int64
		data, want string
		text       string // empty: it does not act
	}{
		{0, "abcd", "xycd", "2 bytes overwritten at offset 0"},
		{2, "abcd", "abxy", "2 bytes overwritten at offset 2"},
		{3, "abcd", "abcx", "1 byte overwritten at offset 3"},
		{4, "abcd", "abcd", ""},
		{0, "", "", ""},
		{1, "axyd", "axyd", ""},
		{math.MaxInt64, "abcd", "abcd", ""},
	} {
		v := compile(t, Datagrams, 1, ToClient(Overwrite{At: tt.at, Bytes: []byte("xy")})).Peer(1, toClient).Next([]byte(tt.data), 0)
		text := ""
		for _, hit := range v.Fired {
			text += hit.Text
		}
		if got := deliveries(v); !slices.Equal(got, []string{tt.want}) || text != tt.text {
			t.Errorf("at %d, %q became %q, and the record says %q; want %q, %q", tt.at, tt.data, got, text, tt.want, tt.text)
		}
	}
}

func TestOverwriteLeavesTheSendersBytesAlone(t *testing.T) {
	mine, f := []byte("abcd"), Overwrite{Bytes: []byte("xy")}
	s := compile(t, Streams, 1, ToClient(f)).Stream(1, toClient)
	p := compile(t, Datagrams, 1, ToClient(f)).Peer(1, toClient)
	f.Bytes[0] = 'z' // the plans have their own
	step := s.Feed(mine, 0)[1]
	if got := p.Next(mine, 0).Copies[0].Data; !bytes.Equal(step.Data, got) || string(got) != "xycd" || string(mine) != "abcd" {
		t.Errorf("in a stream %q, in a datagram %q; the sender's bytes became %q", step.Data, got, mine)
	}
}

func TestOverwriteRefusesNonsense(t *testing.T) {
	for _, m := range []Medium{Streams, Datagrams} {
		wantInvalid(t, m, ToClient(Overwrite{At: 1}), "Bytes is empty")
		wantInvalid(t, m, ToClient(Overwrite{At: -1, Bytes: []byte("x")}), "At is -1")
	}
}

func TestOverwriteBytesHaveTheirSource(t *testing.T) {
	want := `fault.ToClient(fault.Overwrite{At: 2, Bytes: []byte("len\x00\xff")})`
	if got := ToClient(Overwrite{At: 2, Bytes: []byte("len\x00\xff")}).GoString(); got != want {
		t.Errorf("the source is %s, want %s", got, want)
	}
	for text, want := range map[string]string{
		"len=9": `{"fault":{"kind":"overwrite","at":2,"bytes":"len=9"},"direction":"to-client"}`,
		"\xff":  `{"fault":{"kind":"overwrite","at":2,"bytesBase64":"/w=="},"direction":"to-client"}`,
	} {
		got, err := ToClient(Overwrite{At: 2, Bytes: []byte(text)}).MarshalJSON()
		if err != nil || string(got) != want {
			t.Errorf("the JSON is %s, %v; want %s", got, err, want)
		}
	}
}
