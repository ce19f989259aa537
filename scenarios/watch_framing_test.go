package scenarios

import (
	"bufio"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

func TestFramingCutsAStreamAsSplitSays(t *testing.T) {
	never := func([]byte, bool) (int, []byte, error) { return 0, nil, nil }
	skips := func(b []byte, _ bool) (int, []byte, error) { // "-" is nothing, and anything else a line
		if b[0] == '-' {
			return 1, nil, nil
		}
		return 1, b[:1], nil
	}
	for _, c := range []struct {
		Why          string
		Split        bufio.SplitFunc
		Stream, Rest string
		Lines        []framed
		Err          string
	}{
		{"without Split, by line ends", nil, "a\r\nbc\nd", "d", []framed{{"a", 3}, {"bc", 6}}, ""},
		{"an empty line is one", nil, "\na\n", "", []framed{{"", 1}, {"a", 3}}, ""},
		{"what Split skips is no line", skips, "--a-", "", []framed{{"a", 3}}, ""},
		{"Split wants more than there is", never, "abc", "abc", nil, ""},
		{"an error keeps what came before it", func(b []byte, _ bool) (int, []byte, error) {
			if b[0] == '!' {
				return 0, nil, errors.New("a bad length")
			}
			return 1, b[:1], nil
		}, "ab!c", "!c", []framed{{"a", 1}, {"b", 2}}, "after byte 2, Split says: a bad length"},
		{"a panic is no more than an error", func(b []byte, _ bool) (int, []byte, error) { return 1, b[:2], nil }, "abc", "c", []framed{{"ab", 1}, {"bc", 2}}, "Split panicked: runtime error"},
		{"a line of nothing would never end", func(b []byte, _ bool) (int, []byte, error) { return 0, b[:1], nil }, "a", "a", nil, "without any bytes"},
		{"nor may it go back", func(b []byte, _ bool) (int, []byte, error) { return -1, b[:1], nil }, "a", "a", nil, "an advance of -1 of 1 bytes"},
		{"nor too far", func(b []byte, _ bool) (int, []byte, error) { return 2, nil, nil }, "a", "a", nil, "an advance of 2 of 1 bytes"},
	} {
		lines, rest, err := NetworkLogger{Split: c.Split}.framing().cut([]byte(c.Stream)[:len(c.Stream):len(c.Stream)])
		if !slices.Equal(lines, c.Lines) || string(rest) != c.Rest || (err == nil) != (c.Err == "") || err != nil && !strings.Contains(err.Error(), c.Err) {
			t.Errorf("%s: cut(%q) = %v, %q, %v; want %v, %q, %s", c.Why, c.Stream, lines, rest, err, c.Lines, c.Rest, c.Err)
		}
	}
}

func TestFramingReceivesWhatCannotBeCutAsOneLine(t *testing.T) {
	r := transcripttest.New(transcript.Header{}, 0)
	r.Add(transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte("a\x00b\x00rest")})
	r.Add(transcript.Event{Conn: 2, Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte("c\x00!")})
	f := NetworkLogger{Split: func(b []byte, _ bool) (int, []byte, error) {
		switch n := bytes.IndexByte(b, 0); {
		case b[0] == '!':
			return 0, nil, errors.New("no")
		case n >= 0:
			return n + 1, b[:n], nil
		}
		return 0, nil, nil
	}}.framing()
	lines, err := f.received(r.Transcript())
	if want := []string{"a", "b", "rest", "c", "!"}; !slices.Equal(lines, want) {
		t.Errorf("received = %q, want %q", lines, want)
	}
	if err == nil || !strings.Contains(err.Error(), "of connection 2: after byte 2, Split says: no") {
		t.Errorf("received: %v", err)
	}
}
