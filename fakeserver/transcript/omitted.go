package transcript

// Omitted returns how many bytes of direction d were counted but not kept,
// because of the record's limit.
func (t Transcript) Omitted(d Direction) int64 {
	var n int64
	for _, c := range t.each() {
		n += c.omittedOn(d)
	}
	return n
}

// omittedOn is Omitted for one connection.
func (t *Transcript) omittedOn(d Direction) int64 {
	s := t.measure(d, false)
	n := s.omitted()
	for _, e := range t.from(0) {
		if e.kind == Datagram && e.dir == d {
			n += e.omitted()
		}
	}
	return n
}

// sumOf returns the checksum of the bytes of direction d that were not kept, of one
// connection.
func (t *Transcript) sumOf(d Direction) (sum uint64) {
	for _, e := range t.from(0) {
		if e.dir == d && e.more != nil && (e.carriesBytes() || e.kind == Datagram && e.data == nil || e.kind == Unsent && e.peer == "") {
			sum = e.more.sum
		}
	}
	return sum
}
