package fakeserver

// choose returns the recorded peer that is for peer n, whose first datagram is there; nil: there is none.
func (p *PacketPlayback) choose(all []*exchange, n int, first []byte) (x *exchange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.Match == ByFirstBytes:
		for _, o := range all {
			if o.beginsWith(first) && (x == nil || p.played[o.peer] < p.played[x.peer]) {
				x = o
			}
		}
		if x != nil && p.played[x.peer] > 0 && p.Extra != ExtraRepeats {
			return nil
		}
	case n <= len(all):
		x = all[n-1]
	case p.Extra == ExtraRepeats && len(all) > 0:
		x = all[(n-1)%len(all)]
	}
	if x != nil {
		if p.played == nil {
			p.played = map[int]int{}
		}
		p.played[x.peer]++
	}
	return x
}

// beginsWith reports whether a datagram may be the client's first.
func (x *exchange) beginsWith(data []byte) bool {
	for i := range x.asked[:x.groupEnd(0)] {
		if _, ok := x.asked[i].compare(data); ok {
			return true
		}
	}
	return false
}

// compare compares a datagram with what is expected.
func (a *asked) compare(data []byte) (chk *checker, same bool) {
	chk = newChecker(a.x)
	chk.feed(data)
	chk.end()
	return chk, !chk.diverged && chk.isComplete()
}
