package fakeserver

import (
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// Config says how a Server behaves. Its zero value works. It is copied when the
// server starts.
type Config struct {
	// Network is "tcp", "tcp4", "tcp6" or "unix". If empty, "tcp".
	Network string
	// Addr is the address to listen on, as for net.Listen; a port of 0 picks a free
	// one. If empty, 127.0.0.1:0, or [::1]:0 for "tcp6" and where there is no IPv4; for
	// "unix" a short path in a directory of its own, which Close removes.
	Addr string
	// Transport is a network in place of the kernel's. If nil, the kernel's, which can't be had
	// in a testing/synctest bubble: there the error wraps ErrConfig.
	Transport Transport
	// Handler answers connections. If nil, Discard.
	Handler Handler
	// Faults is what goes wrong. If zero, nothing.
	Faults fault.Plan
	// ReceiveBuffer is the size in bytes that connections' receive buffers are set
	// to (Linux doubles it). If zero, the default. TCP only; another Transport may ignore it.
	ReceiveBuffer int
	// RecordLimit is how many bytes of data the transcript keeps at most; further
	// bytes are counted and hashed. If zero, it keeps all; if negative, none. With a
	// limit, memory is bounded, too: what is only counted is joined, and so are events
	// that repeat each other. See package transcript.
	RecordLimit int64
	// StartDown lets the server start as Down leaves it: with its port taken, and
	// refusing connections until Up.
	StartDown bool
	// Name names the server in messages. If empty, the test's name.
	Name string
}

// PacketConfig says how a PacketServer behaves. Its zero value works. It is
// copied when the server starts.
type PacketConfig struct {
	// Network is "udp", "udp4", "udp6" or "unixgram". If empty, "udp".
	Network string
	// Addr is the address to listen on, as for net.ListenPacket; a port of 0 picks a
	// free one. If empty, 127.0.0.1:0, or [::1]:0 for "udp6" and where there is no
	// IPv4; for "unixgram" a short path in a directory of its own, which Close removes.
	Addr string
	// Transport is a network in place of the kernel's. If nil, the kernel's, which can't be had
	// in a testing/synctest bubble: there the error wraps ErrConfig.
	Transport Transport
	// Handler answers datagrams. If nil, PacketDiscard.
	Handler PacketHandler
	// Faults is what goes wrong. If zero, nothing.
	Faults fault.Plan
	// ReceiveBuffer is the size in bytes that the socket's receive buffer is set to;
	// Linux allows at most twice net.core.rmem_max. If zero, 8 MiB is asked for, so
	// that bursts are not lost. UDP only; another Transport may ignore it.
	ReceiveBuffer int
	// RecordLimit is how many bytes of data the transcript keeps at most; further
	// datagrams are counted and hashed. If zero, it keeps all; if negative, none. With a
	// limit, memory is bounded, too: what is only counted is joined, and so are events
	// that repeat each other. See package transcript.
	RecordLimit int64
	// StartDown lets the server start as Down leaves it: with its port taken, and
	// its datagrams answered by "port unreachable" until Up.
	StartDown bool
	// Name names the server in messages. If empty, the test's name.
	Name string
}

// place is where a server listens: what Config and PacketConfig have in common.
type place struct {
	network, addr string
	family        string // "tcp" or "udp"
	transport     Transport
	name          string
	plan          fault.Plan
	medium        fault.Medium
	startDown     bool
	receiveBuffer int
}

func (cfg *Config) place() place {
	return place{cfg.Network, cfg.Addr, "tcp", cfg.Transport, cfg.Name, cfg.Faults, fault.Streams, cfg.StartDown, cfg.ReceiveBuffer}
}

func (cfg *PacketConfig) place() place {
	return place{cfg.Network, cfg.Addr, "udp", cfg.Transport, cfg.Name, cfg.Faults, fault.Datagrams, cfg.StartDown, cfg.ReceiveBuffer}
}

// check fills in the defaults and refuses what makes no sense.
func (p *place) check() error {
	if p.network == "" {
		p.network = p.family
	}
	known := []string{p.family, p.family + "4", p.family + "6", p.unixNetwork()}
	if p.transport == nil && !slices.Contains(known, p.network) {
		return fmt.Errorf("%w: Network is %q, want one of %s", ErrConfig, p.network, strings.Join(known, ", "))
	}
	if p.receiveBuffer < 0 {
		return fmt.Errorf("%w: ReceiveBuffer is %d, want 0 or more", ErrConfig, p.receiveBuffer)
	}
	if p.transport == nil && inBubble() {
		return errRealSocket
	}
	if p.isUnix() {
		return p.checkUnix()
	}
	if p.addr == "" {
		p.addr = defaultAddr(p.network, p.transport == nil)
	}
	return nil
}

// defaultAddr is a loopback address with a port to be chosen. It is numeric, so
// that nothing depends on how the machine resolves "localhost".
func defaultAddr(network string, kernel bool) string {
	if strings.HasSuffix(network, "6") || kernel && !strings.HasSuffix(network, "4") && !haveIPv4() {
		return "[::1]:0"
	}
	return "127.0.0.1:0"
}

// haveIPv4 reports whether the machine has IPv4.
var haveIPv4 = sync.OnceValue(func() bool {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	return slices.ContainsFunc(addrs, func(a net.Addr) bool {
		ip, ok := a.(*net.IPNet)
		return ok && ip.IP.To4() != nil
	})
})

// checkHandler refuses handlers that can't work: a nil pointer or function in
// the interface, and what the handler's own check method refuses.
func checkHandler(h any) error {
	if v := reflect.ValueOf(h); v.IsValid() {
		switch v.Kind() {
		case reflect.Func, reflect.Pointer, reflect.Map, reflect.Chan:
			if v.IsNil() {
				return fmt.Errorf("%w: Handler is a nil %T", ErrConfig, h)
			}
		}
	}
	if c, ok := h.(interface{ check() error }); ok {
		if err := c.check(); err != nil {
			return fmt.Errorf("%w: Handler %T: %w", ErrConfig, h, err)
		}
	}
	return nil
}

// dialable turns the address of a socket bound to all addresses into one that a
// client can dial.
func dialable(a netip.AddrPort) netip.AddrPort {
	switch a.Addr() {
	case netip.IPv4Unspecified():
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.Port())
	case netip.IPv6Unspecified():
		return netip.AddrPortFrom(netip.IPv6Loopback(), a.Port())
	}
	return a
}
