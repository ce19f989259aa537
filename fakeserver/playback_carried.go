package fakeserver

// carried returns what finds the value that came in place of a recorded one.
func (pl *player) carried() func(substitution) []byte {
	c := pl.chk
	found := map[*Carry][]value{}
	for _, m := range c.masks {
		if m.carry == nil {
			continue
		}
		if len(c.pending) > 0 {
			m = m.ifEnded()
		}
		found[m.carry] = m.values
	}
	return func(ch substitution) []byte {
		values := found[ch.carry]
		if ch.carry.Request.Pattern == nil {
			return c.fixedValue(ch)
		}
		if ch.value < len(values) {
			return values[ch.value].data
		}
		return c.x.carried[ch.carry][ch.value].data
	}
}

// fixedValue returns what came at a place by offsets.
func (c *checker) fixedValue(ch substitution) []byte {
	recorded := c.x.carried[ch.carry][ch.value]
	for i, start := range c.x.starts {
		if start > recorded.at.from || i+1 < len(c.x.starts) && c.x.starts[i+1] <= recorded.at.from {
			continue
		}
		if i < len(c.begins) {
			from := c.begins[i] + recorded.at.from - start - c.first
			to := from + recorded.at.to - recorded.at.from
			if from >= 0 && to <= int64(len(c.kept)) {
				return c.kept[from:to]
			}
		}
	}
	return recorded.data
}
