package fakeserver

import "io"

// What the server's Close means for what is played: whether the handler or Close is first is chance, and so what had come by then is
// judged all the same.

// closed returns what the server's Close means: whether the client has said all by then.
func (pl *player) closed() error {
	pl.isClosed = true
	if pl.chk == nil || pl.over == io.EOF {
		return nil
	}
	pl.chk.feed(pl.saidAtClose())
	if rest := pl.c.Rest(); pl.part.judgesRest() {
		pl.chk.feed(rest)
	}
	return pl.judgeAtClose()
}

// saidAtClose returns what the read that was under way when the server closed has got.
func (pl *player) saidAtClose() []byte {
	if !pl.reader.asked || pl.over != nil {
		return nil
	}
	x := <-pl.reader.came
	pl.reader.took()
	return x.data
}

// judgesRest reports whether what no handler has read counts: where rules would have changed it, or the server had ended the
// connection, it does not.
func (d *dialogue) judgesRest() bool { return d.isWire && !d.isOver() }

// judgeAtClose returns what is wrong with what the client has said, now that it says no more.
func (pl *player) judgeAtClose() error {
	switch {
	case pl.chk.diverged && pl.isExtra() && (pl.p.Extra != ExtraFails || !pl.part.isFull):
		return nil
	case pl.chk.diverged:
		return pl.mismatch("")
	case !pl.chk.isComplete():
		return pl.mismatch(serverEnded)
	}
	return nil
}

// closedFirst returns what the server's Close means before it is clear what is played: whether what the client has said by then is
// a whole recorded connection.
func (pl *player) closedFirst(x *candidates) error {
	pl.isClosed = true
	said, rest := pl.saidAtClose(), pl.c.Rest()
	for _, c := range x.all {
		c.chk.feed(said)
		if c.judgesRest() {
			c.chk.feed(rest)
		}
	}
	x.end()
	best, _ := x.best(true)
	switch {
	case best == nil && pl.p.Extra == ExtraRefused:
		return nil
	case best == nil:
		best = x.closest()
	}
	pl.begin(best.part, best.chk)
	return pl.judgeAtClose()
}
