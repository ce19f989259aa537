package store

import "slices"

// Edit returns all events of the snapshot of which v is a part, with those of v as edit leaves them. What
// edit gets is a copy, but More and Data are shared with v: it may replace them, and not change them. Conn has to stay.
func (v *View) Edit(edit func(at int, x *Entry)) View {
	edited := View{chunks: v.chunks, index: new(index)}
	edited.full = slices.Clone(v.full)
	copied := -1 // the last chunk that was
	for at := range v.All() {
		switch chunk, _ := find(at); {
		case chunk == copied:
		case chunk < len(edited.full):
			edited.full[chunk] = slices.Clone(edited.full[chunk])
			copied = chunk
		default:
			edited.last = slices.Clone(edited.last)
			copied = chunk
		}
		edit(at, edited.at(at))
	}
	return edited
}

// Of returns the events that are where v's are, of a snapshot that Edit made of v's.
func (v View) Of(edited View) View {
	v.chunks = edited.chunks
	return v
}
