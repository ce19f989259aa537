package fakeserver

import (
	"errors"
	"net"
	"testing"
)

// Where the socket that keeps the port can't be had, Down says so, and changes nothing: the next one may have it.
func TestDownThatCanNotKeepThePort(t *testing.T) {
	srv, err := Listen(Config{Handler: Echo{}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if err := srv.port.CanKeep(); err != nil {
		t.Skip(err) // no platform keeps it but Linux, and there it has other reasons
	}
	srv.listener().Close()
	if err := srv.Down(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Down: %v, want the error of the socket that keeps the port", err)
	}
	if s, _ := srv.outages.stanceLocked(); s != taking {
		t.Errorf("after a Down that failed its stance is %v, want %v", s, taking)
	}
	if n := srv.Transcript().Len(); n != 0 {
		t.Errorf("the record says that it went down:\n%v", srv.Transcript())
	}
}
