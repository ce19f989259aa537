package rematch

import "slices"

// Clone returns a finder that goes on from here on its own: its End tells what f's would.
func (f *Finder) Clone() *Finder {
	c := *f
	c.machine = f.machine.clone()
	c.held, c.best, c.pieces = slices.Clone(f.held), slices.Clone(f.best), nil
	return &c
}

func (m *machine) clone() machine {
	c := *m
	c.ready, c.waiting = m.ready.clone(), m.waiting.clone()
	c.seen, c.path = slices.Clone(m.seen), slices.Clone(m.path)
	return c
}

func (t *threads) clone() threads { return threads{slices.Clone(t.pcs), slices.Clone(t.groups)} }
