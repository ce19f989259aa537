package subject

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// Left says in words what is left of a subject: connections of which the server has not seen the client's end,
// descriptors of the client's ends, and goroutines that carry the brand. memory is the network that the server is on; if nil, it is
// the kernel's. On a network in memory, an end that was not closed counts as a descriptor does.
//
// A subject may need a moment to end what it has, and a server to see it: that is what NothingLeft is for. The garbage
// collector closes connections that nothing refers to any more: StopCollection keeps it from hiding them.
//
// The descriptors are those of TCP connections to the server. Where a process can't list its own (it can on Linux), they
// are left out, and so are the sockets of subjects that send datagrams, or are at a unix socket.
func Left(b Brand, srv fakeserver.Wire, memory *nettest.Network) (all []string) {
	if t := srv.Transcript(); !t.Header().IsOfDatagrams() {
		for n := 1; n <= t.Conns(); n++ {
			if t.Conn(n).Ending(transcript.FromClient) == transcript.StillOpen {
				all = append(all, fmt.Sprintf("connection %d, which the client did not end", n))
			}
		}
		if memory == nil {
			all = append(all, leftDescriptors(t, srv.AddrPort())...)
		} else {
			all = append(all, leftEnds(memory, srv.Address())...)
		}
	}
	for _, stack := range b.Goroutines() {
		all = append(all, "a goroutine at\n"+stack+"\n")
	}
	return all
}

// leftDescriptors names the descriptors of the clients' ends of a server's connections. Connections to others may have
// the same address: Linux tells them apart by both ends.
func leftDescriptors(t transcript.Transcript, server netip.AddrPort) (all []string) {
	clients := map[netip.AddrPort]bool{}
	for _, c := range Clients(t) {
		clients[c] = true
	}
	if len(clients) == 0 {
		return nil
	}
	open, _ := Sockets(func(local, remote netip.AddrPort) bool {
		return clients[local] && (remote == server || !remote.IsValid())
	})
	for _, fd := range open {
		all = append(all, fmt.Sprintf("descriptor %d, of a connection to the server", fd))
	}
	return all
}

// leftEnds names the clients' ends of a server's connections that were not closed.
func leftEnds(memory *nettest.Network, server string) (all []string) {
	for _, c := range memory.OpenConns() {
		if c.RemoteAddr().String() == server {
			all = append(all, fmt.Sprintf("connection from %v, which was not closed", c.LocalAddr()))
		}
	}
	return all
}

// NothingLeft waits until left, such as Left, returns nothing, and then returns nothing. It asks again and again, with pauses that grow to an
// eighth of patience, and returns what stays when that is over, or ctx is done.
func NothingLeft(ctx context.Context, patience time.Duration, left func() []string) []string {
	end := time.Now().Add(patience)
	for pause := time.Millisecond; ; pause = min(2*pause, max(patience/8, time.Millisecond)) {
		all := left()
		if len(all) == 0 || time.Now().After(end) {
			return all
		}
		select {
		case <-time.After(min(pause, max(time.Until(end), time.Millisecond))):
		case <-ctx.Done():
			return all
		}
	}
}
