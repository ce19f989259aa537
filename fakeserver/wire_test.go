package fakeserver_test

import (
	"context"
	"errors"
	"net"
	"reflect"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// wires are the types that have what a Wire has.
var wires = []reflect.Type{
	reflect.TypeFor[*fakeserver.Server](), reflect.TypeFor[*fakeserver.PacketServer](),
	reflect.TypeFor[*fakeserver.Listener](), reflect.TypeFor[*fakeserver.PacketConn](),
}

// A method that two of the four have has the same signature in all that have it. Wire's doc
// comment names the exceptions, and one that all four have is Wire's.
func TestWiresHaveEachMethodWithOneSignature(t *testing.T) {
	exceptions := map[string]string{"Addr": "a net.Listener has a net.Addr", "SetHandler": "connections and datagrams have handlers of their own",
		"Restart": "datagrams have no connections that end"}
	seen := map[string]map[string][]string{} // by name and signature, the types
	for _, wire := range wires {
		for i := range wire.NumMethod() {
			m := wire.Method(i)
			if seen[m.Name] == nil {
				seen[m.Name] = map[string][]string{}
			}
			s := signature(m)
			seen[m.Name][s] = append(seen[m.Name][s], wire.Elem().Name())
		}
	}
	wire := reflect.TypeFor[fakeserver.Wire]()
	for name, signatures := range seen {
		if why := exceptions[name]; (len(signatures) > 1) != (why != "") {
			t.Errorf("%s: %v; excepted, since %q", name, signatures, why)
		}
		for _, types := range signatures {
			_, ok := wire.MethodByName(name)
			if all := len(types) == len(wires); all != ok && !isNetPackages(name) {
				t.Errorf("%v have %s; Wire has it: %v", types, name, ok)
			}
		}
	}
	if len(seen["Stop"]) == 0 || len(seen) < wire.NumMethod() {
		t.Errorf("the methods are %v", seen)
	}
}

// isNetPackages reports whether a method is one of net.Listener or net.PacketConn.
func isNetPackages(name string) bool {
	_, l := reflect.TypeFor[net.Listener]().MethodByName(name)
	_, p := reflect.TypeFor[net.PacketConn]().MethodByName(name)
	return l || p
}

// signature returns a method's type without its receiver.
func signature(m reflect.Method) string {
	_, after, _ := strings.Cut(m.Type.String(), "(")
	_, after, _ = strings.Cut(after, m.Type.In(0).String())
	return "func(" + strings.TrimPrefix(after, ", ")
}

// startWires starts one of each, with the same rules.
func startWires(t *testing.T, rules ...fault.Rule) map[string]fakeserver.Wire {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]fakeserver.Wire{
		"Server":       fakeserver.Start(t, fakeserver.Config{Faults: plan(rules...)}),
		"PacketServer": fakeserver.StartPacket(t, fakeserver.PacketConfig{Faults: plan(rules...)}),
		"Listener":     fakeserver.StartListener(t, listenTCP(t), fakeserver.Config{Faults: plan(rules...)}),
		"PacketConn":   fakeserver.StartPacketConn(t, pc, fakeserver.PacketConfig{Faults: plan(rules...)}),
	}
}

// All four do the same for the same call.
func TestWiresAreUsedAlike(t *testing.T) {
	for name, w := range startWires(t, fault.ToClient(fault.Latency{Delay: 1}).Named("slow").NeedNotFire()) {
		if w.Address() != w.AddrPort().String() || w.Transcript().Header().Address != w.Address() {
			t.Errorf("%s: Address is %q, AddrPort %v, and in the record it is %q", name, w.Address(), w.AddrPort(), w.Transcript().Header().Address)
		}
		if r := w.Report().Rules; len(r) != 1 || r[0].Key != "slow" {
			t.Errorf("%s: the report is %v", name, w.Report())
		}
		if err := w.SetFaults(fault.Plan{}); err != nil {
			t.Errorf("%s: SetFaults = %v", name, err)
		}
		wantError(t, name+": Release", w.Release("none"), nil, `nothing holds at gate "none"`)
		wantError(t, name+": Rearm", w.Rearm("none"), nil, `nothing holds at gate "none": neither the plan nor the handler has gates`)
		wantError(t, name+": AwaitHeld", w.AwaitHeld(t.Context(), "none"), nil, `nothing holds at gate "none"`)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("enough"))
		wantError(t, name+": Wait", w.Wait(ctx, func(transcript.Transcript) bool { return false }), nil, "enough")
		for call := range 2 {
			if err := w.Stop(); err != nil {
				t.Errorf("%s: Stop %d = %v", name, call+1, err)
			}
		}
		select {
		case <-w.Done():
		default:
			t.Errorf("%s: after Stop it is not Done", name)
		}
		if err := w.Verify(); err != nil {
			t.Errorf("%s: Verify = %v", name, err)
		}
		wantError(t, name+": SetFaults after Stop", w.SetFaults(fault.Plan{}), net.ErrClosed)
	}
}

// Stop after Close is no error, whatever a second Close is.
func TestStopAfterClose(t *testing.T) {
	for name, w := range startWires(t) {
		if err := w.(interface{ Close() error }).Close(); err != nil {
			t.Errorf("%s: Close = %v", name, err)
		}
		if err := w.Stop(); err != nil {
			t.Errorf("%s: Stop after Close = %v", name, err)
		}
	}
}
