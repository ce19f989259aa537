package kernel

import (
	"context"
	"net"
)

// Dial connects to an address. A client on "unixgram" gets a name, without which it could not be answered; where there
// are no names without a file, the error wraps errors.ErrUnsupported.
func Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	if network == "unixgram" {
		d.Control = autobind
	}
	return d.DialContext(ctx, network, address)
}
