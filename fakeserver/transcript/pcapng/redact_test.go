package pcapng_test

import (
	"bytes"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"
	"github.com/fakewire/fakewire/fakeserver/transcript/transcripttest"
)

// What is to be hidden is not written, and without a Redactor it is.
func TestWriteHidesSecrets(t *testing.T) {
	const secret = "Zq7Xw9Kj3Vb5"
	r := transcripttest.New(transcript.Header{Name: "login", Network: "tcp", Address: "127.0.0.1:4242"}, 0)
	r.Add(
		transcript.Event{Conn: 1, Kind: transcript.Accept, Peer: "127.0.0.1:5001"},
		transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Data, Peer: "127.0.0.1:5001", Data: []byte("PASS " + secret)},
		transcript.Event{Conn: 1, Kind: transcript.Error, Peer: "127.0.0.1:5001", Text: "not " + secret},
	)
	for _, by := range []transcript.Redactor{nil, transcript.RedactText(secret)} {
		var b bytes.Buffer
		if err := pcapng.Write(&b, transcript.Recording{Transcript: r.Transcript().WithRedactor(by)}); err != nil {
			t.Fatal(err)
		}
		if got, want := bytes.Contains(b.Bytes(), []byte(secret)), by == nil; got != want {
			t.Errorf("the secret is there: %t, want %t", got, want)
		}
	}
}
