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

// String returns the header as "name (tcp 127.0.0.1:4242)".
func (h Header) String() string {
	where := strings.TrimSpace(h.Network + " " + h.Address)
	if h.Name == "" {
		return where
	}
	return h.Name + " (" + where + ")"
}
