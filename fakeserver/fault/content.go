package fault

// ChangesContent reports whether f can change what is received on m: the bytes of a stream, or which datagrams come, in what
// order, with what bytes: on Datagrams also an outage, which loses some. What only makes them late, cuts them, stops them or ends them, does not. On Datagrams, a
// Latency with a Jitter does, as they may overtake each other. A nil f does not.
func ChangesContent(f Fault, m Medium) bool {
	if m == Datagrams {
		switch f := f.(type) {
		case Latency:
			return !f.steady()
		case paceFault:
			return false
		}
	}
	switch f.(type) {
	case transformFault, dropFault:
		return true
	case datagramFault:
		return m == Datagrams
	}
	return false
}
