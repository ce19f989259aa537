package kernel

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

// A ReaderNow has what ReadNow has, and takes no memory for it.
func TestReaderNowIsReadNowWithoutAllocations(t *testing.T) {
	server, client := pair(t)
	r, err := NewReaderNow(server)
	must(t, err)
	p := make([]byte, 100)
	want := func(n int, is error) {
		t.Helper()
		if got, err := r.ReadNow(p); got != n || !errors.Is(err, is) {
			t.Fatalf("ReadNow = %d, %v, want %d, %v", got, err, n, is)
		}
	}
	want(0, os.ErrDeadlineExceeded)
	write(t, client, 150)
	eventually(t, "150 bytes are unread", func() bool { return count(t, Unread, server) == 150 })
	want(100, nil)
	want(50, nil)
	if n := testing.AllocsPerRun(100, func() { r.ReadNow(p) }); n != 0 {
		t.Errorf("a look allocates %v times", n)
	}
	if n, err := r.ReadNow(nil); n != 0 || err != nil {
		t.Errorf("ReadNow(nil) = %d, %v, want 0, nil", n, err)
	}
	must(t, client.(*net.TCPConn).CloseWrite())
	eventually(t, "the FIN has arrived", func() bool { _, err := r.ReadNow(p); return err == io.EOF })
	want(0, io.EOF)
	server.Close()
	want(0, net.ErrClosed)
}

func TestReaderNowAfterAnRST(t *testing.T) {
	server, client := pair(t)
	r, err := NewReaderNow(server)
	must(t, err)
	must(t, Reset(client))
	eventually(t, "the RST has arrived", func() bool { _, err = r.ReadNow(make([]byte, 1)); return !errors.Is(err, os.ErrDeadlineExceeded) })
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("ReadNow: %v, want a reset", err)
	}
	if n, err := r.ReadNow(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("then %d, %v, want 0, EOF", n, err)
	}
}

func TestReaderNowIsOfStreams(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if _, err := NewReaderNow(a); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("NewReaderNow of a pipe: %v", err)
	}
}
