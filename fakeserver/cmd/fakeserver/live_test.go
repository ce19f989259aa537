package main

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
)

// What prints may be behind by so much, and then the server waits; not at the end, and not once nothing prints any more.
func TestLiveWaitsForWhatPrints(t *testing.T) {
	for _, test := range []struct {
		name string
		goOn func(*live)
		rest int // bytes that are read in the end
	}{
		{"it is read", func(l *live) { l.Read(make([]byte, 10)) }, maxUnread - 10 + 3},
		{"the end has begun", (*live).rush, maxUnread + 3},
		{"it is not read any more", (*live).leave, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := newLive()
			l.Write(make([]byte, maxUnread))
			written := make(chan struct{})
			go func() {
				l.Write([]byte("abc"))
				close(written)
			}()
			synctest.Wait()
			select {
			case <-written:
				t.Errorf("%s: Write did not wait", test.name)
			default:
			}
			test.goOn(l)
			<-written
			l.end()
			rest, err := io.ReadAll(l)
			if len(rest) != test.rest || err != nil {
				t.Errorf("%s: %d bytes were left, %v; want %d", test.name, len(rest), err, test.rest)
			}
			if test.rest > 0 && !bytes.HasSuffix(rest, []byte("abc")) {
				t.Errorf("%s: the end is not there", test.name)
			}
		})
	}
}
