package nettest

import (
	"github.com/onsi/gomega/format"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Matchers that are made of others, such as And and Or, print what they are about
// through package format. It would go through a server's fields, which are in use.
func init() { format.RegisterCustomFormatter(formatRecord) }

// formatRecord prints servers and transcripts as their record.
func formatRecord(v any) (string, bool) {
	switch v.(type) {
	case *fakeserver.Server, *fakeserver.PacketServer, *fakeserver.Listener, *fakeserver.PacketConn, transcript.Transcript:
		r, err := recordOf("", v)
		return r.String(), err == nil
	}
	return "", false
}
