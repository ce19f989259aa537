package transcript

import "strconv"

// Kind tells what an [Event] is about.
type Kind uint8

// The kinds of events.
const (
	Accept         Kind = iota + 1 // a connection was accepted, or a peer sent its first datagram
	Data                           // stream bytes, as they crossed the wire
	Datagram                       // one datagram, possibly of length zero
	FIN                            // that direction ended in order
	RST                            // the side named by Direction tore the connection down
	Close                          // the server closed its socket
	Unread                         // Count bytes from Offset on had arrived that the handler never read: from the socket, or what was read ahead
	Discarded                      // bytes read after the handler was done, and thrown away
	Unsent                         // Count bytes from Offset on did not leave, though some may be recorded
	FINUnsent                      // the FIN that is recorded did not leave
	DatagramUnsent                 // the datagram with number Offset that is recorded last did not leave
	Undelivered                    // Count datagrams from number Offset on, or copies of one, were kept and never delivered: not to the handler, or not sent
	Fault                          // a rule of the fault plan acted
	Drop                           // the kernel lost Count datagrams for want of buffer space
	Refused                        // from here on the server refuses connections: it is down
	Error                          // something failed
	Note                           // a remark for people
)

var kindNames = [...]string{
	Accept: "accept", Data: "data", Datagram: "datagram", FIN: "fin", RST: "rst", Close: "close",
	Unread: "unread", Discarded: "discarded", Unsent: "unsent", FINUnsent: "fin-unsent", DatagramUnsent: "datagram-unsent",
	Undelivered: "undelivered", Fault: "fault", Drop: "drop", Refused: "refused", Error: "error", Note: "note",
}

// String returns the kind's name in lower case, such as "data" or "rst".
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}
