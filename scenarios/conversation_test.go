package scenarios

import (
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// said is what one side sends on a connection at a time.
type said struct {
	conn  int
	side  string // "client" or "server"
	bytes int
}

// conversation records what is said.
func conversation(all []said) transcript.Transcript {
	r := transcripttest.New(transcript.Header{}, 0)
	sides := map[string]transcript.Direction{"client": transcript.FromClient, "server": transcript.ToClient}
	for _, s := range all {
		r.Add(transcript.Event{Conn: s.conn, Direction: sides[s.side], Kind: transcript.Data, Data: make([]byte, s.bytes)})
	}
	return r.Transcript()
}
