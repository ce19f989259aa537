package fakeserver

import "io"

// A heldWriter writes nothing before it is said whether a server has started: one of two at a port may have to try another
// one.
type heldWriter struct {
	to      io.Writer
	settled chan struct{} // closed when started is known
	started bool
}

// holdBack returns what a server is to write its recording to, and what then lets that pass, or drops it.
func holdBack(to io.Writer) (held io.Writer, settle func(started bool)) {
	if to == nil {
		return nil, func(bool) {}
	}
	w := &heldWriter{to: to, settled: make(chan struct{})}
	return w, func(started bool) {
		w.started = started
		close(w.settled)
	}
}

// Room is that of what it writes to.
func (w *heldWriter) Room() <-chan struct{} {
	if to, ok := w.to.(crowder); ok {
		return to.Room()
	}
	return nil
}

func (w *heldWriter) Write(p []byte) (int, error) {
	<-w.settled
	if !w.started {
		return len(p), nil
	}
	return w.to.Write(p)
}
