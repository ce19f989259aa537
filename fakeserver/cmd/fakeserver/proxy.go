package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fakewire/fakewire/fakeserver"
)

// A proxying is what the flags of proxy say.
type proxying struct {
	running
	at          listening
	to          string
	tls         bool
	tlsInsecure bool
	tlsName     string
	nagle       bool
	rewrites    rewrites
	match       matching
	upstream    string // where the other leg's recording grows
}

func newProxy() *cobra.Command {
	var p proxying
	c := &cobra.Command{
		Use:   "proxy --listen ADDRESS --to ADDRESS",
		Short: "Stand in front of a real server, record both sides, and let things go wrong",
		Long: `Proxy takes connections, dials another server for each, its upstream, and relays what the two sides say, with half-closes and resets as
what they are. It prints what happens on the client's side, as show does, with how many bytes there were at each connection's end. An address is
HOST:PORT or unix:PATH; to listen on, a port alone, such as :8080, is one of this machine's loopback. With --udp both are of datagrams.

Faults act between the client and the proxy. --record has that leg, and --record-upstream the other one, with the same numbers: played back, the
one is what the client saw, and the other is the real server.

What is changed on the way, in either direction or in that which is named, is found however packets cut it. In OLD and NEW of --replace, \n, \r, \x00
and so on are as in Go. In the NEW of --replace-match, $1 or ${name} is a group.

` + exitCodes + ` An upstream that can't be dialed is an
error that is told at once, and the client is reset.`,
		Example: `  fakeserver proxy --listen :8080 --to example.com:80
  fakeserver proxy --listen :8443 --to example.com:443 --tls --hex
  fakeserver proxy --listen :6380 --to 127.0.0.1:6379 --faults plan.json --watch --record client.jsonl --record-upstream redis.jsonl
  fakeserver proxy --listen :8080 --to 127.0.0.1:80 --replace 'from-client:Host: localhost=>Host: example.com' --match 'GET \S+'
  fakeserver proxy --listen :5353 --to 127.0.0.53:53 --udp`,
		Args:              noArguments("--listen or --to"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, _ []string) error { return p.run(c) },
	}
	flags := c.Flags()
	p.at.addTo(flags)
	flags.StringVar(&p.to, "to", "", "the upstream's `address`")
	flags.BoolVar(&p.tls, "tls", false, "speak TLS to the upstream, and what is inside to the client")
	flags.BoolVar(&p.tlsInsecure, "tls-insecure", false, "take whatever certificate the upstream has")
	flags.StringVar(&p.tlsName, "tls-name", "", "the `name` that the upstream's certificate is to have (default that of --to)")
	flags.BoolVar(&p.nagle, "nagle", false, "leave Nagle's algorithm on, on both sides: small writes wait for each other")
	p.rewrites.addTo(flags)
	p.match.addTo(flags)
	flags.StringVar(&p.upstream, "record-upstream", "", "the `file` in which the recording of the upstream's side grows")
	completeFiles(c, "record-upstream", "jsonl")
	p.addTo(c)
	c.MarkFlagRequired("listen")
	c.MarkFlagRequired("to")
	return c
}

func (p *proxying) run(c *cobra.Command) error {
	if err := p.settle(); err != nil {
		return err
	}
	p.events = !p.quiet && p.match.pattern == nil
	run := newSession(c, &p.running)
	run.counts, run.match = true, p.match.pattern
	var err error
	if run.servers, err = p.prepare(c.Name(), []string{p.at.network}, run.fail); err != nil {
		return err
	}
	srv := run.servers[0]
	if err = p.listen(run, srv); err != nil {
		return errors.Join(err, run.close())
	}
	return run.run()
}

// settle finds where to listen, and refuses what makes no sense together.
func (p *proxying) settle() error {
	if err := p.at.settle(); err != nil {
		return err
	}
	packets := isDatagrams(p.at.network)
	switch {
	case packets && (p.tls || p.nagle):
		return errors.New("--udp: datagrams have neither --tls nor --nagle")
	case packets && len(p.rewrites.all) > 0:
		return errors.New("--udp: datagrams can't be rewritten")
	case p.match.pattern != nil && (p.quiet || p.hex):
		return errors.New("--match and --quiet or --hex can't be had together")
	case !p.tls && (p.tlsInsecure || p.tlsName != ""):
		return errors.New("--tls-insecure and --tls-name are for --tls")
	}
	return nil
}

// listen starts the proxy.
func (p *proxying) listen(run *session, srv *server) error {
	if p.upstream != "" {
		beside, err := createRecord("record-upstream", p.upstream, p.force, run.fail)
		if err != nil {
			return err
		}
		srv.beside = beside
	}
	p.at.warn(run)
	network, address := p.upstreamAddress()
	if isDatagrams(srv.network) {
		cfg := srv.packetConfig(p.at.address, fakeserver.PacketProxy{Network: network, Upstream: address})
		one, err := fakeserver.ListenPacket(cfg)
		return srv.started(one, err)
	}
	h := fakeserver.Proxy{Network: network, Upstream: address, Nagle: p.nagle, Rewrites: p.rewrites.all}
	if err := h.Validate(); err != nil { // before there is a Dial, which it would leave to itself
		return fmt.Errorf("--to %q: %w", p.to, err)
	}
	if p.tls {
		h.Dial = p.dialTLS(address)
	}
	one, err := fakeserver.Listen(srv.config(p.at.address, h))
	return srv.started(one, err)
}

// upstreamAddress returns the network and the address of the upstream.
func (p *proxying) upstreamAddress() (network, address string) {
	path, unix := strings.CutPrefix(p.to, "unix:")
	switch {
	case unix && isDatagrams(p.at.network):
		return "unixgram", path
	case unix:
		return "unix", path
	case isDatagrams(p.at.network):
		return "udp", p.to
	}
	return "tcp", p.to
}

// dialTLS returns what dials the upstream with TLS.
func (p *proxying) dialTLS(address string) func(context.Context, string, string) (net.Conn, error) {
	name := p.tlsName
	if name == "" {
		name, _, _ = net.SplitHostPort(address) // a unix socket has none
	}
	d := tls.Dialer{Config: &tls.Config{ServerName: name, InsecureSkipVerify: p.tlsInsecure}}
	return d.DialContext
}

// A listening is where a server listens, as the flags of proxy and of replay say.
type listening struct {
	text, network, address string
	udp                    bool
}

func (l *listening) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&l.text, "listen", "", "the `address` to listen on")
	flags.BoolVar(&l.udp, "udp", false, "take datagrams, and not connections")
}

// settle finds the network and the address.
func (l *listening) settle() (err error) {
	path, unix := strings.CutPrefix(l.text, "unix:")
	switch {
	case unix && l.udp:
		l.network, l.address = "unixgram", path
	case unix:
		l.network, l.address = "unix", path
	case l.udp:
		l.network = "udp"
	default:
		l.network = "tcp"
	}
	if unix {
		if path == "" {
			return errors.New("--listen unix: want unix:PATH")
		}
		return nil
	}
	l.address, err = listenAddress("listen", l.text)
	return err
}

// warn says where other machines can reach it.
func (l *listening) warn(run *session) {
	if isOpen(l.network, l.address) {
		run.say("%s: other machines can reach that, too", l.address)
	}
}
