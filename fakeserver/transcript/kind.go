package transcript

import "strconv"

// Kind tells what an [Event] is about.
type Kind uint8

// The kinds of events. The package's Counts say what the numbers of each are.
const (
	Accept         Kind = iota + 1 // a connection was accepted, or a peer sent its first datagram
	Data                           // bytes of a stream, as they crossed the wire
	Datagram                       // a datagram, which may be empty
	FIN                            // the direction ended in order
	RST                            // the side that Direction names tore the connection down
	Close                          // the server closed its socket
	Unread                         // bytes had arrived that the handler never read
	Discarded                      // bytes were read after the handler had ended, and thrown away
	Unsent                         // bytes did not leave, though some may be recorded
	FINUnsent                      // the FIN that is recorded did not leave
	DatagramUnsent                 // the datagram that is recorded last did not leave
	Undelivered                    // datagrams, or copies of one, were kept and never delivered
	Fault                          // a rule of the fault plan acted
	Drop                           // the kernel lost datagrams for want of buffer space
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
