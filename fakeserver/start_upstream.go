package fakeserver

import (
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// maxLegs is how many connections a failed test's message compares: the files have all.
const maxLegs = 5

// legs says where the upstream's leg of a server has other bytes than the client's. It shows none of them, which may be
// secrets: the files do. It is empty where there is no upstream.
func (s *core) legs(client transcript.Transcript) string {
	up := s.upstream()
	if up.Len() == 0 {
		return ""
	}
	if s.recordLimit != 0 {
		return fmt.Sprintf("the upstream's leg (%v) has %d events\n", up.Redacted().Header(), up.Len())
	}
	var lines []string
	more := 0
	for n := 1; n <= up.Conns(); n++ {
		line := legsOf(client.Conn(n), up.Conn(n))
		switch {
		case line == "":
		case len(lines) < maxLegs:
			lines = append(lines, fmt.Sprintf("the upstream's leg of conn %d has %s", n, line))
		default:
			more++
		}
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("and so it is with %d other connections", more))
	}
	if lines == nil {
		lines = []string{fmt.Sprintf("the upstream's leg (%v) has the same bytes", up.Redacted().Header())}
	}
	return strings.Join(lines, "\n") + "\n"
}

// legsOf says how the bytes of a connection's legs differ; empty: they don't.
func legsOf(client, up transcript.Transcript) string {
	var parts []string
	for _, way := range []struct {
		name          string
		client, there []byte
	}{
		{"from the client", client.FromClient(), up.FromClient()},
		{"to the client", client.ToClient(), up.ToClient()},
	} {
		if same := alike(way.client, way.there); same < max(len(way.client), len(way.there)) {
			parts = append(parts, fmt.Sprintf("%d bytes %s, and the client's leg %d: the same up to byte %d", len(way.there), way.name, len(way.client), same))
		}
	}
	return strings.Join(parts, "; ")
}

// alike returns how many bytes a and b begin with in common.
func alike(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
