package process

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// opened returns the descriptors that are open after open, and were not before.
func opened(t *testing.T, open func()) (texts []string) {
	t.Helper()
	before, err := Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	open()
	after, err := Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range after {
		if !slices.Contains(before, d) {
			texts = append(texts, d.String()[len(fmt.Sprintf("descriptor %d, ", d.Number)):])
		}
	}
	slices.Sort(texts)
	return texts
}

func TestDescriptorSaysWhatItIs(t *testing.T) {
	dir := t.TempDir()
	var want []string
	closeAtEnd := func(c interface{ Close() error }, err error) {
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
	}
	got := opened(t, func() {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		closeAtEnd(ln, err)
		c, err := net.Dial("tcp", ln.Addr().String())
		closeAtEnd(c, err)
		s, err := ln.Accept()
		closeAtEnd(s, err)
		udp, err := net.ListenPacket("udp", "[::1]:0")
		if err != nil { // there is no IPv6 here
			udp, err = net.ListenPacket("udp", "127.0.0.1:0")
		}
		closeAtEnd(udp, err)
		unix, err := net.Listen("unix", filepath.Join(dir, "socket"))
		closeAtEnd(unix, err)
		f, err := os.Create(filepath.Join(dir, "file"))
		closeAtEnd(f, err)
		want = []string{
			fmt.Sprintf("tcp %v, which listens", ln.Addr()), fmt.Sprintf("tcp %v -> %v", c.LocalAddr(), c.RemoteAddr()),
			fmt.Sprintf("tcp %v -> %v", s.LocalAddr(), s.RemoteAddr()), fmt.Sprintf("udp %v", udp.LocalAddr()),
			fmt.Sprintf("unix %q, which listens", unix.Addr()), f.Name(),
		}
	})
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("open are\n%q, want\n%q", got, want)
	}
}
