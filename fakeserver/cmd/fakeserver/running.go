package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A served is a server that runs: what signals and a changed plan ask of it, and what a client over HTTP, such as one of
// toxiproxy's, would. A Server and a PacketServer are such.
type served interface {
	fakeserver.Wire
	Down() error
	Up() error
}

// A running is what the flags of all commands say that run servers.
type running struct {
	faults, record each
	seed           uint64
	force, watch   bool
	hex, quiet     bool
	events         bool // where what clients send is printed as it is, unless they are asked for
	addressFile    string
	colors         choice
}

// addTo adds the flags.
func (r *running) addTo(c *cobra.Command) {
	r.colors = automatic
	r.faults.what, r.record.what = "[NETWORK=]FILE", "[NETWORK=]FILE"
	flags := c.Flags()
	flags.Var(&r.faults, "faults", "the plan of what goes wrong, as JSON")
	flags.Uint64Var(&r.seed, "seed", 0, "where random draws come from, in place of the plan's")
	flags.BoolVarP(&r.watch, "watch", "w", false, "take the plan again whenever its file changes; SIGHUP does so, too, where there is one")
	flags.Var(&r.record, "record", "the file in which the recording grows")
	flags.BoolVar(&r.force, "force", false, "replace a recording that is there")
	flags.StringVar(&r.addressFile, "address-file", "", "write the address into this file, a line for each server, once they listen; it is removed at the end")
	flags.BoolVarP(&r.hex, "hex", "x", false, "print each event, with all data as hex")
	flags.BoolVarP(&r.quiet, "quiet", "q", false, "print nothing of what passes")
	flags.Var(&r.colors, "color", "use colors for events: auto, always or never")
	completeWords(c, "color", string(automatic), string(always), string(never))
	completeFiles(c, "faults", "json")
	completeFiles(c, "record", "jsonl")
}

// check refuses what makes no sense together.
func (r *running) check(served []string) error {
	switch {
	case r.quiet && (r.hex || r.events):
		return errors.New("--quiet and --hex or --events can't be had together")
	case r.watch && len(r.faults.values) == 0:
		return errors.New("--watch: there is no plan to watch: say which with --faults")
	}
	return errors.Join(r.faults.check("faults", served, true), r.record.check("record", served, true))
}

// A server is one that runs, with what is around it.
type server struct {
	served
	name    string // of the command
	network string
	plan    fault.Plan // at its start
	from    planFile
	file    *recordFile // nil: none is wanted
	beside  *recordFile // of a proxy's other leg; nil: none is wanted
	live    *live
	noticed chan struct{} // something may have gone wrong
	told    map[string]bool

	unreached atomic.Bool // an upstream
}

// Write hands on what was recorded.
func (s *server) Write(p []byte) (int, error) {
	if s.file != nil {
		s.file.Write(p) // which tells what goes wrong
	}
	return s.live.Write(p)
}

// Room lets clients wait where too much waits to be printed.
func (s *server) Room() <-chan struct{} { return s.live.Room() }

// config returns the configuration of a server of connections.
func (s *server) config(address string, h fakeserver.Handler) fakeserver.Config {
	cfg := fakeserver.Config{Name: s.name, Network: s.network, Addr: address, Handler: h, Faults: s.plan, RecordLimit: -1, RecordTo: s}
	if s.beside != nil {
		cfg.RecordUpstreamTo = s.beside
	}
	return cfg
}

// packetConfig returns the configuration of a server of datagrams.
func (s *server) packetConfig(address string, h fakeserver.PacketHandler) fakeserver.PacketConfig {
	cfg := fakeserver.PacketConfig{Name: s.name, Network: s.network, Addr: address, Handler: h, Faults: s.plan, RecordLimit: -1, RecordTo: s}
	if s.beside != nil {
		cfg.RecordUpstreamTo = s.beside
	}
	return cfg
}

// started takes a server that has started, if there is no error.
func (s *server) started(one served, err error) error {
	if err == nil {
		s.served = one
	}
	return err
}

// prepare reads the plans and opens the recordings of servers on these networks. close ends what it began.
func (r *running) prepare(name string, networks []string, failed func(error)) (servers []*server, err error) {
	if err := r.check(networks); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			closeFiles(servers)
		}
	}()
	for _, network := range networks {
		s := &server{
			name: name, network: network, from: planFile{name: r.faults.of(network), seed: r.seed}, live: newLive(),
			noticed: make(chan struct{}, 1), told: map[string]bool{},
		}
		servers = append(servers, s)
		if s.plan, err = s.from.read(); err != nil {
			return servers, err
		}
		if name := r.record.of(network); name != "" {
			if s.file, err = createRecord("record", name, r.force, failed); err != nil {
				return servers, err
			}
		}
	}
	return servers, nil
}

// closeFiles closes the recordings.
func closeFiles(servers []*server) (err error) {
	for _, s := range servers {
		err = errors.Join(err, s.file.close(), s.beside.close())
	}
	return err
}

// writeAddresses writes the address file, which is there as a whole or not at all.
func (r *running) writeAddresses(servers []*server) error {
	var b strings.Builder
	for _, s := range servers {
		b.WriteString(s.Address() + "\n")
	}
	f, err := os.CreateTemp(filepath.Dir(r.addressFile), ".fakeserver-*")
	if err != nil {
		return fmt.Errorf("--address-file: %w", err)
	}
	_, err = f.WriteString(b.String())
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), r.addressFile)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("--address-file: %w", err)
	}
	return nil
}

// completeWords lets a shell complete a flag by these words.
func completeWords(c *cobra.Command, flag string, words ...string) {
	c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	})
}

// completeFiles lets a shell complete a flag by files of a kind.
func completeFiles(c *cobra.Command, flag, extension string) {
	c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{extension}, cobra.ShellCompDirectiveFilterFileExt
	})
}
