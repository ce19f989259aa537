package fakeserver

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"reflect"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// StartBoth starts a server for connections and one for datagrams on one port, as those of DNS,
// SIP and syslog are, and ends both with the test: see Start. If the test fails, its one
// failure, or its log, has both records.
//
// What one of the two configs leaves empty of Network, Addr, Transport, Redact and Name, it takes from
// the other: "udp6" goes with "tcp6". If neither names a port, it is one that is free for both.
func StartBoth(tb TB, cfg Config, packets PacketConfig) (*Server, *PacketServer) {
	tb.Helper()
	st := startedBy(tb)
	b := both{cfg, packets}
	b.agree()
	b.streams.Name, b.packets.Name = cmp.Or(b.streams.Name, st.test), cmp.Or(b.packets.Name, st.test)
	s, p, err := b.listen(originOf(st.test), originOf(st.test))
	if err != nil {
		leaveTest(st.test)
		leaveTest(st.test)
		tb.Fatalf("%v", st.located(err))
		return nil, nil // if Fatalf returns, as a test's own does not
	}
	st.register(s, p)
	return s, p
}

// ListenBoth is StartBoth without a test: the caller must call Close of both, and may call Verify.
// Its errors are those of Listen and ListenPacket. They wrap ErrConfig, too, if the two configs
// can't have one port: unix sockets have none, two ports or two Transports are not one, and
// "tcp4" and "udp6" have no address in common.
func ListenBoth(cfg Config, packets PacketConfig) (*Server, *PacketServer, error) {
	b := both{cfg, packets}
	b.agree()
	return b.listen(origin{}, origin{})
}

// both are the configs of two servers that are to have one port.
type both struct {
	streams Config
	packets PacketConfig
}

// agree fills in what one leaves to the other.
func (b *both) agree() {
	s, p := &b.streams, &b.packets
	if s.Network == "" && strings.HasPrefix(p.Network, "udp") {
		s.Network = "tcp" + p.Network[len("udp"):]
	}
	if p.Network == "" && strings.HasPrefix(s.Network, "tcp") {
		p.Network = "udp" + s.Network[len("tcp"):]
	}
	s.Addr, p.Addr = cmp.Or(s.Addr, p.Addr), cmp.Or(p.Addr, s.Addr)
	s.Name, p.Name = cmp.Or(s.Name, p.Name), cmp.Or(p.Name, s.Name)
	if s.Redact == nil {
		s.Redact = p.Redact
	}
	if p.Redact == nil {
		p.Redact = s.Redact
	}
	if s.Transport == nil {
		s.Transport = p.Transport
	}
	if p.Transport == nil {
		p.Transport = s.Transport
	}
}

// maxPorts is how many ports are tried. Of those that are free for streams, nearly all are free for
// datagrams.
const maxPorts = 50

// listen starts both. A port that was chosen for streams may be taken for datagrams: then it tries
// another one.
func (b *both) listen(o, packetOrigin origin) (*Server, *PacketServer, error) {
	chosen, err := b.port()
	if err != nil {
		return nil, nil, err
	}
	for try := 1; ; try++ {
		cfg := b.streams
		held, settle := holdBack(cfg.RecordTo)
		cfg.RecordTo = held
		s, err := listen(cfg, o)
		if err != nil {
			settle(false)
			return nil, nil, err
		}
		p, err := b.listenBeside(s, packetOrigin)
		settle(err == nil)
		if err == nil {
			return s, p, nil
		}
		err = errors.Join(err, s.Close())
		if !chosen || errors.Is(err, ErrConfig) || errors.Is(err, fault.ErrPlan) {
			return nil, nil, err
		}
		if try == maxPorts {
			return nil, nil, fmt.Errorf("fakeserver: none of %d ports could be had for both: %w", try, err)
		}
	}
}

// listenBeside starts the server for datagrams at the port of s.
func (b *both) listenBeside(s *Server, o origin) (*PacketServer, error) {
	at := addrPortOf(s.addr)
	if !at.IsValid() {
		return nil, fmt.Errorf("%w: %v has no port that datagrams could have, too", ErrConfig, s.addr)
	}
	cfg := b.packets
	host, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil { // there is none, since neither config has one
		host = at.Addr().String()
	}
	cfg.Addr = net.JoinHostPort(host, fmt.Sprint(at.Port()))
	return listenPacket(cfg, o)
}

// port settles the port that both ask for, and reports whether one is to be chosen.
func (b *both) port() (chosen bool, err error) {
	e, beside := b.streams.endpoint(), b.packets.endpoint()
	if e.isUnix() || beside.isUnix() {
		return false, fmt.Errorf("%w: Network: %q and %q: unix sockets have no ports", ErrConfig, e.network, beside.network)
	}
	if !sameTransport(b.streams.Transport, b.packets.Transport) {
		return false, fmt.Errorf("%w: two Transports have no port in common", ErrConfig)
	}
	if b.streams.Addr == "" {
		if areApart(e.network, beside.network) || areApart(beside.network, e.network) {
			return false, fmt.Errorf("%w: Network: %q and %q have no address in common: give each its Addr", ErrConfig, e.network, beside.network)
		}
		return true, nil
	}
	ours, port, err := net.SplitHostPort(b.streams.Addr)
	if err != nil {
		return false, fmt.Errorf("%w: Addr: %w", ErrConfig, err)
	}
	theirs, other, err := net.SplitHostPort(b.packets.Addr)
	if err != nil {
		return false, fmt.Errorf("%w: Addr: %w", ErrConfig, err)
	}
	one := port
	if isAnyPort(port) {
		one = other
	}
	if !isAnyPort(other) && other != one {
		return false, fmt.Errorf("%w: ports %s and %s are not one", ErrConfig, port, other)
	}
	b.streams.Addr, b.packets.Addr = net.JoinHostPort(ours, one), net.JoinHostPort(theirs, one)
	return isAnyPort(one), nil
}

// areApart reports whether one network has IPv4 addresses only, and the other IPv6.
func areApart(four, six string) bool {
	return strings.HasSuffix(four, "4") && strings.HasSuffix(six, "6")
}

// isAnyPort reports whether a port is to be chosen.
func isAnyPort(port string) bool { return port == "" || port == "0" }

// sameTransport reports whether two Transports are one, as far as that can be told.
func sameTransport(a, b Transport) bool {
	if a == nil || b == nil {
		return a == b
	}
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	return va.Type() == vb.Type() && (!va.Comparable() || a == b)
}
