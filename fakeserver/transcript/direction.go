package transcript

// Direction tells which side sent something.
type Direction uint8

// The directions. Proxies use the same words: FromClient is what other tools
// call upstream, ToClient is downstream.
const (
	Neither    Direction = iota // about the connection or the server as a whole
	FromClient                  // from the client to the server
	ToClient                    // from the server to the client
)

// String returns "FromClient", "ToClient", or "" for Neither.
func (d Direction) String() string {
	switch d {
	case FromClient:
		return "FromClient"
	case ToClient:
		return "ToClient"
	}
	return ""
}
