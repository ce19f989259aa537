package nettest

// OpenConns returns the streams that were dialed on the network and that their clients
// have not closed, in no particular order. As with a descriptor, a stream that its server has
// ended, or reset, is open until its client closes it: this finds what a client leaves behind.
func (n *Network) OpenConns() []*Conn {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []*Conn
	for _, h := range n.hosts {
		for _, bound := range h.clients.bound {
			for _, b := range bound {
				all = append(all, b.value)
			}
		}
	}
	return all
}
