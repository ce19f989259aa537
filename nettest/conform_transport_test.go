package nettest_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// kernelTransport is package net, as a Transport: it has half-close, read buffers of packet conns, and deadlines.
type kernelTransport struct{ net.ListenConfig }

func makeKernelTransport() (fakeserver.Transport, dialFunc, func(), error) {
	return &kernelTransport{}, new(net.Dialer).DialContext, func() {}, nil
}

func makeMemoryTransport() (fakeserver.Transport, dialFunc, func(), error) {
	n := new(nettest.Network)
	return n, n.DialContext, func() {}, nil
}

func makeHostTransport() (fakeserver.Transport, dialFunc, func(), error) {
	n := new(nettest.Network)
	return n.Host("server"), n.DialContext, func() {}, nil
}

func TestTransports(t *testing.T) {
	for _, test := range []struct {
		name string
		mk   nettest.MakeTransport
	}{
		{"Kernel", makeKernelTransport},
		{"Network", makeMemoryTransport},
		{"Host", makeHostTransport},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			nettest.TestTransport(t, test.mk)
		})
	}
}

func TestTransportInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if !runTest(t.Name(), func(t *testing.T) { nettest.TestTransport(t, makeMemoryTransport) }) {
			t.Fail()
		}
	})
}
