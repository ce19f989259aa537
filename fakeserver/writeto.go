package fakeserver

import "io"

// WriteTo implements io.WriterTo. It reads straight into the record, and copies
// what it read to w: for w a Conn of the same server without copying the bytes.
func (c *Conn) WriteTo(w io.Writer) (int64, error) {
	if c.in.queue != nil {
		return io.Copy(w, struct{ io.Reader }{c})
	}
	c.in.reader.lock()
	defer c.in.reader.unlock()
	var sum int64
	for {
		p, err := c.in.readRecord()
		n, werr := c.handOn(p, w)
		sum += int64(n)
		switch {
		case werr != nil:
			return sum, werr
		case err == io.EOF:
			return sum, nil
		case err != nil:
			return sum, err
		}
	}
}

// handOn writes recorded bytes to w.
func (c *Conn) handOn(p []byte, w io.Writer) (int, error) {
	if len(p) == 0 || w == io.Discard {
		return len(p), nil
	}
	if to, ok := w.(*Conn); ok && to.srv == c.srv {
		return to.out.write(p, true)
	}
	c.srv.rec.Lend() // w might keep them, though it should not
	return w.Write(p)
}
