package subject

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// dialogue returns the record of a connection on which the sides sent these, the client's with a ">" before them,
// and what was thrown away with an "x".
func dialogue(sent ...string) transcript.Transcript {
	r := transcripttest.New(transcript.Header{Network: "tcp"}, 0)
	r.Add(transcript.Event{Conn: 1, Kind: transcript.Accept})
	for _, s := range sent {
		e := transcript.Event{Conn: 1, Kind: transcript.Data, Direction: transcript.ToClient, Data: []byte(s[1:])}
		switch s[0] {
		case '>':
			e.Direction = transcript.FromClient
		case 'x':
			e.Direction, e.Kind = transcript.FromClient, transcript.Discarded
		}
		r.Add(e)
	}
	return r.Transcript().Conn(1)
}

func TestMessagesAreWhatASideSendsInItsTurn(t *testing.T) {
	for _, c := range []struct {
		Why              string
		sent             []string
		clients, servers []string
	}{
		{"nothing", nil, nil, nil},
		{"a question and its answer", []string{">PING", "<PONG\n"},
			[]string{"1: 0-4"}, []string{"1: 0-5"}},
		{"in parts", []string{">PI", ">NG", "<PO", "<NG", "<!", ">QU", ">IT"},
			[]string{"1: 0-4", "2: 4-8"}, []string{"1: 0-5"}},
		{"a greeting", []string{"<hello", ">PING", "<PONG", ">QUIT", "<bye"},
			[]string{"1: 0-4", "2: 4-8"}, []string{"0: 0-5", "1: 5-9", "2: 9-12"}},
		{"the next question comes while the answer does", []string{">A", "<an", ">B", "<swer", "<s"},
			[]string{"1: 0-1", "2: 1-2"}, []string{"1: 0-2", "2: 2-7"}},
		{"a question that nobody heard", []string{">A", "<answer", "xB", "<more"},
			[]string{"1: 0-1"}, []string{"1: 0-10"}},
	} {
		conn := dialogue(c.sent...)
		if got := numbered(Messages(conn, transcript.FromClient)); !slices.Equal(got, c.clients) {
			t.Errorf("%s: the client's are %q, want %q", c.Why, got, c.clients)
		}
		if got := numbered(Messages(conn, transcript.ToClient)); !slices.Equal(got, c.servers) {
			t.Errorf("%s: the server's are %q, want %q", c.Why, got, c.servers)
		}
	}
}

func numbered(all []Message) (texts []string) {
	for _, m := range all {
		texts = append(texts, fmt.Sprintf("%d: %d-%d", m.Number, m.From, m.To))
	}
	return texts
}

func TestMessagesSayWhatTheyAre(t *testing.T) {
	conn := dialogue("<hello", ">PING", "<PO")
	var got []string
	for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
		for _, m := range Messages(conn, d) {
			if m.Direction != d {
				t.Errorf("%v goes %v, want %v", m, m.Direction, d)
			}
			got = append(got, m.String())
		}
	}
	want := []string{"the client's message 1, of 4 bytes", "the server's greeting of 5 bytes", "the server's message 1, of 2 bytes"}
	if !slices.Equal(got, want) {
		t.Errorf("messages are %q, want %q", got, want)
	}
}

func TestMessagesAreNoDatagrams(t *testing.T) {
	r := transcripttest.New(transcript.Header{Network: "udp"}, 0)
	r.Add(transcript.Event{Conn: 1, Kind: transcript.Datagram, Direction: transcript.FromClient, Data: []byte("PING")})
	if got := Messages(r.Transcript(), transcript.FromClient); got != nil {
		t.Errorf("a datagram is %v", got)
	}
}

func TestMessagesHaveTheSizeOfWhatWasNotKept(t *testing.T) {
	r := transcripttest.New(transcript.Header{Network: "tcp"}, 2)
	r.Add(transcript.Event{Conn: 1, Kind: transcript.Data, Direction: transcript.FromClient, Data: []byte("PING")})
	if got := numbered(Messages(r.Transcript(), transcript.FromClient)); !slices.Equal(got, []string{"1: 0-4"}) {
		t.Errorf("messages are %q, want all 4 bytes", got)
	}
}

// As they pass, messages are told apart by the same rules.
func TestTurnsGrowAMessageByWhatIsSent(t *testing.T) {
	var turns Turns
	for _, c := range []struct {
		d      transcript.Direction
		n      int64
		want   Message
		begins bool
	}{
		{transcript.ToClient, 5, Message{transcript.ToClient, 0, 0, 5}, true},
		{transcript.FromClient, 3, Message{transcript.FromClient, 1, 0, 3}, true},
		{transcript.FromClient, 1, Message{transcript.FromClient, 1, 0, 4}, false},
		{transcript.ToClient, 2, Message{transcript.ToClient, 1, 5, 7}, true},
		{transcript.ToClient, 2, Message{transcript.ToClient, 1, 5, 9}, false},
		{transcript.FromClient, 1, Message{transcript.FromClient, 2, 4, 5}, true},
	} {
		if m, begins := turns.Sent(c.d, c.n); m != c.want || begins != c.begins {
			t.Errorf("Sent(%v, %d) = %+v, %t, want %+v, %t", c.d, c.n, m, begins, c.want, c.begins)
		}
	}
}
