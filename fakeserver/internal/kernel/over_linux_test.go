package kernel

import (
	"io"
	"net"
	"testing"
)

// An RST is known of before what came before it is read.
func TestIsOverAfterAReset(t *testing.T) {
	a, b := pair(t)
	if _, err := io.WriteString(a, "unread"); err != nil {
		t.Fatal(err)
	}
	wantAcked(t, a)
	if IsOver(b) {
		t.Error("IsOver of an open connection")
	}
	if err := Reset(a); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the RST is there", func() bool { return IsOver(b) })
	p := make([]byte, 10)
	if n, err := b.Read(p); string(p[:n]) != "unread" || err != nil {
		t.Errorf("Read = %q, %v; want what came before the RST", p[:n], err)
	}
}

func TestIsOverAfterFINs(t *testing.T) {
	a, b := pair(t)
	a.(*net.TCPConn).CloseWrite()
	if got, err := io.ReadAll(b); len(got) > 0 || err != nil {
		t.Fatal(got, err)
	}
	if IsOver(b) {
		t.Error("IsOver after the other end's FIN alone")
	}
	b.(*net.TCPConn).CloseWrite()
	eventually(t, "both FINs have passed", func() bool { return IsOver(b) })
	if IsOver(new(net.UnixConn)) {
		t.Error("IsOver of another network's connection")
	}
}
