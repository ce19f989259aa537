package nettest_test

import (
	"net"
	"reflect"
	"slices"
	"testing"

	"github.com/fakewire/fakewire/nettest"
)

// The types that are said to have the methods of package net's have all of them, except those that are named.
func TestNetworkTypesHaveTheMethodsOfPackageNet(t *testing.T) {
	for _, test := range []struct {
		theirs, ours any
		except       []string
	}{
		{(*net.TCPConn)(nil), (*nettest.Conn)(nil), []string{"File", "SyscallConn", "ReadFrom", "WriteTo"}},
		{(*net.UDPConn)(nil), (*nettest.PacketConn)(nil), []string{"File", "SyscallConn"}},
		{(*net.TCPListener)(nil), (*nettest.Listener)(nil), []string{"File", "SyscallConn", "AcceptTCP"}},
	} {
		theirs, ours := reflect.TypeOf(test.theirs), reflect.TypeOf(test.ours)
		for i := range theirs.NumMethod() {
			want := theirs.Method(i)
			got, ok := ours.MethodByName(want.Name)
			if excepted := slices.Contains(test.except, want.Name); ok == excepted {
				t.Errorf("%v has %s: %v, excepted: %v", ours, want.Name, ok, excepted)
			}
			if ok && signature(got) != signature(want) {
				t.Errorf("%v.%s is %s, want %s", ours, want.Name, signature(got), signature(want))
			}
		}
	}
}

// signature returns a method's type without its receiver.
func signature(m reflect.Method) string {
	var in, out []reflect.Type
	for i := 1; i < m.Type.NumIn(); i++ {
		in = append(in, m.Type.In(i))
	}
	for i := range m.Type.NumOut() {
		out = append(out, m.Type.Out(i))
	}
	return reflect.FuncOf(in, out, m.Type.IsVariadic()).String()
}
