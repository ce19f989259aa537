package fault

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Restart ends the server's process, as far as clients can tell, and starts it again: the server
// is down for a time, as by Down, and all its connections end.
//
// The connection with the rule ends at its byte: what came before is delivered first, ToClient, or
// was read, FromClient. The port refuses before that byte leaves, or is handed on, so that a
// client that hears of the end and dials again at once is refused, or served again if For is zero.
// At which byte the other connections end is recorded, and not promised.
//
// On datagrams it acts as Down does. Besides, what the handler has not got by then is dropped,
// the datagram with which it acts included, and the record names it. Peers keep their numbers,
// which are those of the clients' sockets.
//
// How long it lasts, and where it is refused, is as for Down. On a unix socket, ByRST is refused.
type Restart struct {
	// How connections end: transcript.ByFIN, as by Exit, or transcript.ByRST, as by Reset. If
	// zero, ByFIN. For streams only.
	How transcript.Ending
	// For is how long the server is down; Forever is for good. If zero, it is back at once.
	For time.Duration
}

// Kind returns "restart".
func (Restart) Kind() string { return "restart" }

// Validate refuses a negative For, and a How that a server does not end connections by.
func (f Restart) Validate() error {
	if f.For < 0 {
		return fmt.Errorf("For is %v, want 0 or more", f.For)
	}
	if _, ok := endings[f.How]; !ok && f.How != 0 {
		return fmt.Errorf("How is %v, want ByFIN or ByRST", f.How)
	}
	return nil
}

// validateOn refuses a How where there are no connections.
func (f Restart) validateOn(m Medium) error {
	if m == Datagrams && f.How != 0 {
		return fmt.Errorf("How is %v: How is for streams", f.How)
	}
	return nil
}

func (Restart) sealed() {}

func (f Restart) outage() decide.Outage { return decide.Outage{For: f.For, Restart: true} }

func (f Restart) point() decide.Step {
	return decide.Step{Op: decide.OpRestart, How: f.How, Delay: f.For, Text: f.describe()}
}

func (f Restart) describeHit(*verdict) string    { return f.describe() }
func (f Restart) datagram(draws) datagramDecider { return downer{f.outage()} }

func (f Restart) describe() string {
	if f.For == 0 {
		return "back at once"
	}
	return "down " + lasting(f.For)
}

// endings are the words for how a server ends connections.
var endings = map[transcript.Ending]string{
	transcript.ByFIN: "fin",
	transcript.ByRST: "rst",
}

// A downer lets the server go down with each datagram that comes to it.
type downer struct{ outage decide.Outage }

func (d downer) decide(v *verdict, _ int64) bool {
	v.Outages = append(v.Outages, d.outage)
	return true
}
