package nettest

// These are for tests that see each demand of a suite fail.

func ListenerDemands() []string   { return names(listenerDemands) }
func PacketConnDemands() []string { return names(packetDemands) }
func HalfCloseDemands() []string  { return names(halfCloseDemands) }
func TransportDemands() []string  { return names(transportDemands) }

func TryListener(name string, mk MakeListener) error {
	return named(listenerDemands, name).try(func() (*listening, func(), error) { return listen(mk) })
}

func TryPacketConn(name string, mk MakePacketConns) error {
	return named(packetDemands, name).try(func() (*packets, func(), error) { return newPackets(mk) })
}

func TryHalfClose(name string, mk MakePipe) error {
	return named(halfCloseDemands, name).try(func() (*halves, func(), error) { return newHalves(mk) })
}

func TryTransport(name string, mk MakeTransport) error {
	return named(transportDemands, name).try(func() (*carrier, func(), error) { return carry(mk) })
}

func names[S any](demands []demand[S]) (all []string) {
	for _, d := range demands {
		all = append(all, d.name)
	}
	return all
}

func named[S any](demands []demand[S], name string) demand[S] {
	for _, d := range demands {
		if d.name == name {
			return d
		}
	}
	panic("no demand " + name)
}

// A State is what a connection knows about its end.
type State struct {
	Unread int  // bytes that have arrived
	FIN    bool // the peer's has arrived
	Over   bool // both have ended, or it was reset
	Err    bool // the next call returns an error that was not returned yet
}

func (c *Conn) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	over := c.isOver()
	return State{Unread: c.in.unread(), FIN: c.gotFIN && !over, Over: over, Err: c.errno != 0}
}

// Refused reports whether the next call returns an error that was not returned yet.
func (c *PacketConn) Refused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.errno != 0
}
