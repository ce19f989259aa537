package main

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// networks are those that a server may be on, in the order in which they are told.
var networks = []string{"tcp", "udp", "unix", "unixgram"}

// listenAddress returns what to listen on for what a flag says: a port is one of the loopback, unless there is an address
// before it.
func listenAddress(network, text string) (string, error) {
	if isUnix(network) {
		if text == "" {
			return "", fmt.Errorf("--%s: want a path", network)
		}
		return text, nil
	}
	if _, err := strconv.ParseUint(text, 10, 16); err == nil {
		text = ":" + text
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || port == "" {
		return "", fmt.Errorf("--%s %q: want HOST:PORT, such as 127.0.0.1:1902 or [::1]:0, or a port alone, which is one of the loopback", network, text)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

func isUnix(network string) bool { return network == "unix" || network == "unixgram" }

// isDatagrams reports whether a network is one of datagrams.
func isDatagrams(network string) bool { return network == "udp" || network == "unixgram" }

// what returns what the senders on a network are called.
func what(network string) string {
	if isDatagrams(network) {
		return "peer"
	}
	return "conn"
}

// isOpen reports whether an address to listen on can be reached from other machines, whatever they are: it is that of all.
func isOpen(network, address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || isUnix(network) {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsUnspecified()
}

// haveOnePort reports whether two addresses ask for one port of both networks.
func haveOnePort(a, b string) bool {
	_, p, errA := net.SplitHostPort(a)
	_, q, errB := net.SplitHostPort(b)
	return errA == nil && errB == nil && a == b && p == "0" && q == "0"
}

// each is a flag whose value may be for one network: NETWORK=VALUE. Without, it is for all.
type each struct {
	values map[string]string // "": for all others
	what   string
}

func (e *each) String() string {
	var texts []string
	for network, value := range e.values {
		if network != "" {
			value = network + "=" + value
		}
		texts = append(texts, value)
	}
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

func (e *each) Type() string { return e.what }

func (e *each) Set(text string) error {
	network, value, found := strings.Cut(text, "=")
	if !found || !slices.Contains(networks, network) {
		network, value = "", text
	}
	if _, twice := e.values[network]; twice {
		return fmt.Errorf("%q: it is given twice", text)
	}
	if e.values == nil {
		e.values = map[string]string{}
	}
	e.values[network] = value
	return nil
}

// of returns the value for a network.
func (e *each) of(network string) string {
	if value, ok := e.values[network]; ok {
		return value
	}
	return e.values[""]
}

// check refuses values for networks that are not served, and, if each is to have its own, one for several.
func (e *each) check(flag string, served []string, own bool) error {
	for network := range e.values {
		if network != "" && !slices.Contains(served, network) {
			return fmt.Errorf("--%s %s=%s: there is no --%s", flag, network, e.values[network], network)
		}
	}
	if text, ok := e.values[""]; ok && own && len(served) > 1 {
		return fmt.Errorf("--%s %s: there are several servers: say which, as --%s %s=%s", flag, text, flag, served[0], text)
	}
	return nil
}
