package transcript

// Omitted returns how many bytes of direction d were counted but not kept,
// because of the record's limit.
func (t Transcript) Omitted(d Direction) int64 {
	var n int64
	for _, events := range t.events.ByConn() {
		c := t.part(events)
		s := c.measure(d, false)
		n += s.omitted() + c.omittedDatagrams(d)
	}
	return n
}

// omittedDatagrams returns how many bytes datagrams of one connection had that were counted but not kept, without the
// datagram that was taken back, unless it was one of several, of which only the sum is known.
func (t *Transcript) omittedDatagrams(d Direction) (n int64) {
	var last *entry // if it may be taken back
	for _, x := range t.events.All() {
		e := (*entry)(x)
		if e.dir() != d {
			continue
		}
		switch {
		case e.kind() == Datagram:
			n += e.omitted()
		case e.kind() == DatagramUnsent && last != nil && last.kind() == Datagram && last.times() == 1 && last.Offset == e.Offset:
			n -= last.omitted()
		}
		last = e
	}
	return n
}

// sumOf returns the checksum of the bytes of direction d that were not kept, of one
// connection.
func (t *Transcript) sumOf(d Direction) (sum uint64) {
	for _, x := range t.events.All() {
		if e := (*entry)(x); e.dir() == d && e.More != nil && (e.carriesBytes() || e.kind() == Datagram && e.Data == nil || e.kind() == Unsent) {
			sum = e.More.Sum
		}
	}
	return sum
}
