package main

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"

	"github.com/fakewire/fakewire/fakeserver"
)

// A serving is what the flags of serve say.
type serving struct {
	running
	addresses map[string]*string // by network
	handler   each
}

func newServe() *cobra.Command {
	s := serving{addresses: map[string]*string{}}
	c := &cobra.Command{
		Use:   "serve --tcp ADDRESS|--udp ADDRESS|--unix PATH|--unixgram PATH",
		Short: "Run a server that records what clients do, and lets things go wrong",
		Long: `Serve runs a fake server until an interrupt, or SIGTERM, ends it. It prints what clients send to the standard output, as it
is and as nc -lk does; on a terminal, what would control it is escaped. With --events it prints what happens instead, as show does: connections, both
directions, faults, endings. Where it listens, and what goes wrong, is on the standard error.

An address without a host, such as :1902, is one of this machine's loopback: other machines can't reach it. Say 0.0.0.0:1902, or
[::]:1902, for all. A port of 0 is one that is free. There may be a server on each network, as --tcp :5353 --udp :5353;
flags that name a file or a handler then say of which one they speak: --record tcp=a.jsonl --record udp=b.jsonl.

Handlers:

` + handlerUsage() + `
It keeps all that passes in the file that --record names, and no bytes in memory. The file grows as things happen, so that show --follow shows them,
and what is there when the process is killed can be read.

` + exitCodes,
		Example: `  fakeserver serve --tcp :1902 > log
  fakeserver serve --tcp :1902 --handler lines --faults plan.json --watch --record out.jsonl --events
  fakeserver serve --tcp '[::1]:0' --handler 'reply:HTTP/1.0 200 OK\r\n\r\nhello' --address-file address
  fakeserver serve --udp :514 --tcp :514`,
		Args:              noArguments("--tcp or --udp"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, _ []string) error { return s.run(c) },
	}
	flags := c.Flags()
	for _, network := range networks {
		what := "HOST:PORT"
		if isUnix(network) {
			what = "PATH"
		}
		s.addresses[network] = flags.String(network, "", "listen on this "+network+" `"+what+"`")
	}
	s.handler.what = "[NETWORK=]HANDLER"
	flags.Var(&s.handler, "handler", "how to answer: see above (default discard)")
	flags.BoolVarP(&s.events, "events", "e", false, "print each event, as show does, and not what clients send")
	completeWords(c, "handler", "discard", "echo", "lines", "reply:")
	s.addTo(c)
	return c
}

// exitCodes says how the commands that run servers exit.
const exitCodes = `It exits with 0 after an interrupt, with 1 if something was not as it should have been, such as a client that said something else than the
handler wants, or a rule of the plan that did not act; and with 2 if it could not do what it was asked to.`

func (s *serving) run(c *cobra.Command) error {
	var on []string
	for _, network := range networks {
		if c.Flags().Changed(network) {
			on = append(on, network)
		}
	}
	if len(on) == 0 {
		return errors.New("where? Say --tcp, --udp, --unix or --unixgram\nSee 'fakeserver serve --help'")
	}
	if err := s.handler.check("handler", on, false); err != nil {
		return err
	}
	run := newSession(c, &s.running)
	var err error
	if run.servers, err = s.prepare(c.Name(), on, run.fail); err != nil {
		return err
	}
	if err := s.listen(run); err != nil {
		return errors.Join(err, run.close())
	}
	return run.run()
}

// listen starts the servers.
func (s *serving) listen(run *session) error {
	streams, packets := map[*server]fakeserver.Config{}, map[*server]fakeserver.PacketConfig{}
	for _, srv := range run.servers {
		address, err := listenAddress(srv.network, *s.addresses[srv.network])
		if err != nil {
			return err
		}
		if isOpen(srv.network, address) {
			run.say("%s: other machines can reach that, too", address)
		}
		if isDatagrams(srv.network) {
			packets[srv], err = s.packetConfig(srv, address)
		} else {
			streams[srv], err = s.config(srv, address)
		}
		if err != nil {
			return err
		}
	}
	return start(run.servers, streams, packets)
}

// config returns the configuration of a server of connections.
func (s *serving) config(srv *server, address string) (fakeserver.Config, error) {
	h, err := streamHandler(s.handlerFor(srv))
	return srv.config(address, h), err
}

// packetConfig returns the configuration of a server of datagrams.
func (s *serving) packetConfig(srv *server, address string) (fakeserver.PacketConfig, error) {
	h, err := packetHandler(s.handlerFor(srv))
	return srv.packetConfig(address, h), err
}

func (s *serving) handlerFor(srv *server) string { return cmp.Or(s.handler.of(srv.network), "discard") }

// start starts servers. Two that are to have one port, whichever that is, start together.
func start(servers []*server, streams map[*server]fakeserver.Config, packets map[*server]fakeserver.PacketConfig) error {
	if len(servers) > 1 && haveOnePort(streams[servers[0]].Addr, packets[servers[1]].Addr) {
		one, other, err := fakeserver.ListenBoth(streams[servers[0]], packets[servers[1]])
		if err != nil {
			return err
		}
		servers[0].served, servers[1].served = one, other
		servers = servers[2:]
	}
	for _, srv := range servers {
		if err := startOne(srv, streams, packets); err != nil {
			return err
		}
	}
	return nil
}

func startOne(srv *server, streams map[*server]fakeserver.Config, packets map[*server]fakeserver.PacketConfig) error {
	if cfg, ok := streams[srv]; ok {
		one, err := fakeserver.Listen(cfg)
		return srv.started(one, err)
	}
	one, err := fakeserver.ListenPacket(packets[srv])
	return srv.started(one, err)
}
