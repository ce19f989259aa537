package transcript

import (
	"strings"
	"time"
)

// Header says what a transcript is a record of.
type Header struct {
	Name    string    // the server's name, such as the test's
	Network string    // "tcp", "udp", …
	Address string    // what clients dial
	Start   time.Time // when the server started
}

// IsOfDatagrams reports whether Network is one of datagrams, such as "udp" or "unixgram". The
// record is then of peers, and in its text they are called that.
func (h Header) IsOfDatagrams() bool {
	return strings.HasPrefix(h.Network, "udp") || strings.HasPrefix(h.Network, "ip") || h.Network == "unixgram"
}

// String returns the header as "name (tcp 127.0.0.1:4242)".
func (h Header) String() string {
	where := strings.TrimSpace(h.Network + " " + h.Address)
	if h.Name == "" {
		return where
	}
	return h.Name + " (" + where + ")"
}
