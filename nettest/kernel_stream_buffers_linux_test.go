package nettest_test

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/nettest"
)

// What the doc of [nettest.Network] says about net.Buffers is a difference that package net makes: it writes
// them in one call through a method that only its own connections can have. It shows when something comes in between.
func TestBuffersAreAsManyWrites(t *testing.T) {
	for name, where := range map[string]struct {
		on   listen
		n    int64
		last error
	}{
		"kernel": {listenKernel, 2, nil},
		"memory": {listenMemory(new(nettest.Network)), 1, syscall.EPIPE},
	} {
		t.Run(name, func(t *testing.T) {
			ln, dial := where.on(t)
			defer ln.Close()
			client, err := dial()
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			server, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			server.Close()
			(&side{t: t, c: client.(conn)}).sawFIN()
			n, err := (&net.Buffers{[]byte("a"), []byte("b")}).WriteTo(client)
			if n != where.n || !errors.Is(err, where.last) {
				t.Errorf("WriteTo = %d, %v; want %d, %v", n, err, where.n, where.last)
			}
			if op, ok := errors.AsType[*net.OpError](err); ok && op.Op != "write" {
				t.Errorf("Op %q, want write", op.Op)
			}
		})
	}
}
