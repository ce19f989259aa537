package kernel

import (
	"errors"
	"net"
	"os"
	"testing"
)

func TestWriteNow(t *testing.T) {
	server, client := pair(t)
	if n, err := WriteNow(server, make([]byte, 5)); n != 5 || err != nil {
		t.Fatalf("WriteNow(5) = %d, %v; want 5, nil", n, err)
	}
	read(t, client, 5)
	const size = 64 << 20 // more than the buffers hold
	n, err := WriteNow(server, make([]byte, size))
	if n == 0 || n == size || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("WriteNow(%d) = %d, %v; want a part, and a timeout", size, n, err)
	}
	if again, err := WriteNow(server, make([]byte, size)); again > n || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("WriteNow into a full queue = %d, %v; want little or nothing, and a timeout", again, err)
	}
	server.Close()
	if n, err := WriteNow(server, make([]byte, 5)); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Fatalf("WriteNow after Close = %d, %v; want 0, net.ErrClosed", n, err)
	}
}
