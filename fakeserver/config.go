package fakeserver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/port"
	"github.com/fakewire/fakewire/fakeserver/transcript"
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
	// Handler answers connections. If it has a method Validate() error, that may refuse to
	// start: see Handler. If nil, Discard.
	Handler Handler
	// Faults is what goes wrong. If zero, nothing.
	Faults fault.Plan
	// ReceiveBuffer is the size in bytes that connections' receive buffers are set
	// to (Linux doubles it). If zero, the default. TCP only; another Transport may ignore it.
	ReceiveBuffer int
	// RecordLimit is how many bytes of data the transcript keeps at most; further
	// bytes are counted and hashed. If zero, it keeps all; if negative, none. With a
	// limit, memory is bounded, too: what is only counted is joined, and so are events
	// that repeat each other. An event takes some 80 bytes besides its data: of small
	// messages, a record takes a multiple of its limit. See package transcript.
	RecordLimit int64
	// RecordTo gets the recording as it grows, as JSONL: a file of a server that runs for long, say, whose process may be
	// killed. Each event is written at once, with all of its bytes, also those that RecordLimit does not keep. A Write
	// that takes long slows down the connections, and so does a RecordTo with a method Room() <-chan struct{}, until the channel
	// that this returns is closed; nil stands for room. Close waits a second for a Write. The closing line is written by Close, or
	// by the Stop of a Listener, whose error has the first one of a Write: nothing is written after that. RecordTo is not closed. It
	// can't be had with Redact. If nil, nothing is written.
	RecordTo io.Writer
	// RecordUpstreamTo is RecordTo for what passed between a proxy and its upstream: see [Server.Upstream]. Nothing is written
	// before something is dialed. If nil, nothing is written.
	RecordUpstreamTo io.Writer
	// PreciseDelays lets what the plan delays be late by some microseconds only: bytes of a Latency or a Bandwidth, what comes after
	// a pause, a Stall or a SlowClose, an outage that ends, rules with AfterTime. Without it they are late by what the kernel takes to
	// wake a process, or Go's timers where that is longer: 50 to 400 µs on a machine that has nothing else to do. Nothing is ever early.
	// It costs a processor for the last part of each delay, 0.3 ms on Linux and 1.5 ms elsewhere: one for all such servers of the process.
	// Other timers of the process may be late by a millisecond meanwhile. In a bubble, where all delays are exact, it does nothing.
	PreciseDelays bool
	// StartDown lets the server start as Down leaves it: with its port taken, and
	// refusing connections until Up. As a rule that is fault.AtStart.
	StartDown bool
	// Redact hides secrets from whatever shows what happened: failures, files, pictures. What matchers and queries
	// get, and what handlers and clients do, it does not touch. If nil, nothing is hidden. See transcript.Redactor.
	Redact transcript.Redactor
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
	// Handler answers datagrams. If it has a method Validate() error, that may refuse to
	// start: see PacketHandler. If nil, PacketDiscard.
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
	// that repeat each other. An event takes some 80 bytes besides its data: of small
	// messages, a record takes a multiple of its limit. See package transcript.
	RecordLimit int64
	// RecordTo gets the recording as it grows, as JSONL: a file of a server that runs for long, say, whose process may be
	// killed. Each event is written at once, with all of its bytes, also those that RecordLimit does not keep. A Write
	// that takes long slows down the server, as does a Room: see Config. Close waits a second for a Write. The closing line is written by Close,
	// whose error has the first one of a Write: nothing is written after that. RecordTo is not closed. It
	// can't be had with Redact. If nil, nothing is written.
	RecordTo io.Writer
	// RecordUpstreamTo is RecordTo for what passed between a proxy and its upstream: see PacketServer.Upstream. Nothing is written
	// before something is dialed. If nil, nothing is written.
	RecordUpstreamTo io.Writer
	// PreciseDelays lets what the plan delays be late by some microseconds only: bytes of a Latency or a Bandwidth, what comes after
	// a pause, a Stall or a SlowClose, an outage that ends, rules with AfterTime. Without it they are late by what the kernel takes to
	// wake a process, or Go's timers where that is longer: 50 to 400 µs on a machine that has nothing else to do. Nothing is ever early.
	// It costs a processor for the last part of each delay, 0.3 ms on Linux and 1.5 ms elsewhere: one for all such servers of the process.
	// Other timers of the process may be late by a millisecond meanwhile. In a bubble, where all delays are exact, it does nothing.
	PreciseDelays bool
	// StartDown lets the server start as Down leaves it: with its port taken, and
	// its datagrams answered by "port unreachable" until Up. As a rule that is fault.AtStart.
	StartDown bool
	// Redact hides secrets from whatever shows what happened: failures, files, pictures. What matchers and queries
	// get, and what handlers and clients do, it does not touch. If nil, nothing is hidden. See transcript.Redactor.
	Redact transcript.Redactor
	// Name names the server in messages. If empty, the test's name.
	Name string
}

// An endpoint is what Config and PacketConfig have in common: where a server listens, and
// what goes wrong there.
type endpoint struct {
	name          string
	network, addr string
	known         []string // the networks that the kernel has; the first is the default
	transport     Transport
	receiveBuffer int
	startDown     bool
	plan          fault.Plan
	replays       bool // the plan comes from a recording, with the seed of its draws
	medium        fault.Medium
	redactor      transcript.Redactor
	recordLimit   int64
	recordTo      io.Writer
	preciseDelays bool

	recordUpstreamTo io.Writer
}

var (
	streamNetworks = []string{"tcp", "tcp4", "tcp6", "unix"}
	packetNetworks = []string{"udp", "udp4", "udp6", "unixgram"}
)

func (cfg *Config) endpoint() endpoint {
	return endpoint{
		name: cfg.Name, network: cfg.Network, addr: cfg.Addr, transport: cfg.Transport, receiveBuffer: cfg.ReceiveBuffer,
		known: streamNetworks, startDown: cfg.StartDown, plan: cfg.Faults, medium: fault.Streams, redactor: cfg.Redact,
		recordLimit: cfg.RecordLimit, recordTo: cfg.RecordTo, recordUpstreamTo: cfg.RecordUpstreamTo,
		preciseDelays: cfg.PreciseDelays,
	}
}

func (cfg *PacketConfig) endpoint() endpoint {
	e := endpoint{
		name: cfg.Name, network: cfg.Network, addr: cfg.Addr, transport: cfg.Transport, receiveBuffer: cfg.ReceiveBuffer,
		known: packetNetworks, startDown: cfg.StartDown, plan: cfg.Faults, medium: fault.Datagrams, redactor: cfg.Redact,
		recordLimit: cfg.RecordLimit, recordTo: cfg.RecordTo, recordUpstreamTo: cfg.RecordUpstreamTo,
		preciseDelays: cfg.PreciseDelays,
	}
	if e.receiveBuffer == 0 && !e.isUnix() {
		e.receiveBuffer = defaultPacketBuffer
	}
	return e
}

// defaultPacketBuffer is what a packet server asks for, so that bursts are not lost.
const defaultPacketBuffer = 8 << 20

// check fills in the defaults and refuses what makes no sense.
func (e *endpoint) check() error {
	if e.network == "" {
		e.network = e.known[0]
	}
	if e.transport == nil && !slices.Contains(e.known, e.network) {
		return fmt.Errorf("%w: Network is %q, want one of %s", ErrConfig, e.network, strings.Join(e.known, ", "))
	}
	if e.receiveBuffer < 0 {
		return fmt.Errorf("%w: ReceiveBuffer is %d, want 0 or more", ErrConfig, e.receiveBuffer)
	}
	if e.transport == nil && inBubble() {
		return errRealSocket
	}
	if e.isUnix() {
		return e.checkUnix()
	}
	if e.addr == "" {
		e.addr = defaultAddr(e.network, e.transport == nil)
	}
	return nil
}

// isUnix reports whether it is a unix socket of the kernel's.
func (e *endpoint) isUnix() bool {
	return e.transport == nil && (e.network == "unix" || e.network == "unixgram")
}

// checkUnix refuses what unix sockets can't do.
func (e *endpoint) checkUnix() error {
	if e.receiveBuffer > 0 {
		return fmt.Errorf("%w: ReceiveBuffer is %d: %w: the senders' buffers count on a unix socket", ErrConfig, e.receiveBuffer, errors.ErrUnsupported)
	}
	if e.network == "unixgram" && runtime.GOOS == "windows" {
		return fmt.Errorf("%w: Network is %q: %w on this platform", ErrConfig, e.network, errors.ErrUnsupported)
	}
	return nil
}

// spec is the endpoint's address, to be kept.
func (e *endpoint) spec() port.Spec {
	return port.Spec{
		Network: e.network, Address: e.addr, Transport: e.transport, ReceiveBuffer: e.receiveBuffer, Down: e.mayBeginDown(), Check: checkBubble,
	}
}

// mayBeginDown reports whether no client may reach the server before it has begun.
func (e *endpoint) mayBeginDown() bool {
	return e.startDown || slices.ContainsFunc(e.plan.Rules, func(r fault.Rule) bool { return r.Direction == fault.ServerStart })
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
