package kernel

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestWrongTypesAreUnsupported(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	foreign := struct{ net.Listener }{}
	packet := &net.UnixConn{}
	for call, do := range map[string]func() error{
		"Reset":          func() error { return Reset(a) },
		"Unacked":        func() error { _, err := Unacked(a); return err },
		"Unread":         func() error { _, err := Unread(a); return err },
		"NewPeerQueue":   func() error { _, err := NewPeerQueue(a); return err },
		"NewPeerSockets": func() error { _, err := NewPeerSockets(packet); return err },
		"HasBacklog":     func() error { _, err := HasBacklog(foreign); return err },
		"Drops":          func() error { _, err := Drops(packet); return err },
		"Waiting":        func() error { _, err := Waiting(struct{ net.PacketConn }{}); return err },
		"ReadNow":        func() error { _, err := ReadNow(a, make([]byte, 1)); return err },
	} {
		err := do()
		if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), call+" of a ") {
			t.Errorf("%s of another type = %v, want one that names it and wraps errors.ErrUnsupported", call, err)
		}
	}
	go b.Write([]byte("x"))
	if n, err := a.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("Read after a refused Reset = %d, %v, want 1, nil: it must not close", n, err)
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	if _, err := NewBatch(nil, 0); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("NewBatch of 0 = %v, want EINVAL", err)
	}
	lc := net.ListenConfig{Control: ReceiveBuffer(-1)}
	if pc, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0"); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("ListenPacket with ReceiveBuffer(-1) = %v, %v, want EINVAL", pc, err)
	}
	for _, network := range []string{"", "udp", "unix", "tcp7"} {
		if _, err := GuardTCP(network, "127.0.0.1:0"); err == nil {
			t.Errorf("GuardTCP(%q) = nil, want an error", network)
		}
	}
}

func TestIsTornDown(t *testing.T) {
	for err, want := range map[error]bool{
		&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}: true,
		&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}:    true,
		syscall.ECONNABORTED: true,
		syscall.ECONNREFUSED: false,
		net.ErrClosed:        false,
		nil:                  false,
	} {
		if got := IsTornDown(err); got != want {
			t.Errorf("IsTornDown(%v) = %v", err, got)
		}
	}
}
