package fakeserver

import "io"

// WriteTo implements io.WriterTo. It reads straight into the record, and copies
// what it read to w: for w a Conn of the same server without copying the bytes.
func (c *Conn) WriteTo(w io.Writer) (int64, error) {
	sum, ok, err := c.writeRecordTo(w)
	if ok {
		return sum, err
	}
	n, err := io.Copy(w, struct{ io.Reader }{c})
	return sum + n, err
}

// writeRecordTo is WriteTo for as long as there are no faults: it reports ok if it
// came to the end.
func (c *Conn) writeRecordTo(w io.Writer) (sum int64, ok bool, err error) {
	for {
		p, ok, err := c.in.readShared(w != io.Discard)
		if !ok {
			return sum, false, nil
		}
		n, werr := c.handOn(p, w)
		sum += int64(n)
		switch {
		case werr != nil:
			return sum, true, werr
		case err == io.EOF:
			return sum, true, nil
		case err != nil:
			return sum, true, err
		}
	}
}

// handOn writes recorded bytes to w.
func (c *Conn) handOn(p []byte, w io.Writer) (int, error) {
	if len(p) == 0 || w == io.Discard {
		return len(p), nil
	}
	if to, ok := w.(*Conn); ok && to.core == c.core {
		return to.out.write(p, true)
	}
	c.core.rec.Lend() // w might keep them, though it should not
	return w.Write(p)
}
