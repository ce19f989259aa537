package store

// Edit returns all events of the snapshot of which v is a part, each of them as edit leaves it. What
// edit gets is a copy, but More is shared with v and must be replaced, not changed; so is Data. At and Conn
// must stay.
func (v *View) Edit(edit func(at int, x *Entry)) View {
	edited := View{chunks: v.chunks, index: new(index)}
	edited.full = make([][]Entry, 0, len(v.full))
	at := 0
	copied := func(part []Entry) []Entry {
		own := append(make([]Entry, 0, len(part)), part...)
		for i := range own {
			edit(at, &own[i])
			at++
		}
		return own
	}
	for _, part := range v.full {
		edited.full = append(edited.full, copied(part))
	}
	edited.last = copied(v.last)
	return edited
}

// Of returns the events of edited that are where v's are. Edited comes from v's snapshot.
func (v View) Of(edited View) View {
	v.chunks = edited.chunks
	return v
}
