package scenarios

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A socket is a client's end of a connection to one of our servers, as the kernel
// sees it.
type socket struct {
	port   uint16 // the client's
	state  uint64
	unsent uint64 // bytes that the server's kernel does not have yet
	unread uint64 // bytes that the client has not read
	room   bool   // a Write would not wait; false where it is another process's
	orphan bool   // no process has it any more: the kernel keeps it for what is unsent, or for a minute
}

// States of sockets, in Linux's numbers.
const (
	established = 1
	synSent     = 2
)

// kernelSockets returns the clients' ends of the connections to a server's port. Orphans may
// be from when the port was another server's. Where the kernel does not tell (it does on
// Linux), ok is false.
func kernelSockets(server uint16) (all []socket, ok bool) {
	all, err := diagSockets(server)
	if ok = err == nil; !ok {
		all, ok = procSockets(server)
	}
	for i, s := range all {
		all[i].room = s.unsent > 0 && !s.orphan && hasRoom(s.port, server)
	}
	return all, ok
}

// procSockets reads the kernel's tables, without what is known about room.
func procSockets(server uint16) (all []socket, ok bool) {
	port := fmt.Sprintf(":%04X ", server) // most lines are about others, and there may be thousands
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		table, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		ok = true
		for line := range strings.Lines(string(table)) {
			if !strings.Contains(line, port) {
				continue
			}
			if s, remote, valid := parseSocket(line); valid && remote == server {
				s.orphan = isOrphan(line)
				all = append(all, s)
			}
		}
	}
	return all, ok
}

// isOrphan reports whether a line of the kernel's table is about a socket without a
// descriptor: its inode is 0.
func isOrphan(line string) bool {
	const inode = 9
	fields := strings.Fields(line)
	return len(fields) > inode && fields[inode] == "0"
}

// parseSocket reads a line of the kernel's table: a number, the local and the remote
// address, the state, and the lengths of the queues, in hex.
func parseSocket(line string) (s socket, remote uint16, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 5 {
		return s, 0, false
	}
	number := func(hex string, bits int) uint64 {
		n, err := strconv.ParseUint(hex, 16, bits)
		ok = ok && err == nil
		return n
	}
	ok = true
	_, local, _ := strings.Cut(fields[1], ":")
	_, other, _ := strings.Cut(fields[2], ":")
	out, in, _ := strings.Cut(fields[4], ":")
	s.port, s.state = uint16(number(local, 16)), number(fields[3], 8)
	s.unsent, s.unread = number(out, 64), number(in, 64)
	return s, uint16(number(other, 16)), ok
}

// memorySockets does what kernelSockets does, in memory, but for the states: what is sent
// has arrived. Nothing is unsent unless a Write waits for room.
func memorySockets(m *memoryNetwork, server string) (all []socket) {
	for _, c := range m.network.OpenConns() {
		if c.RemoteAddr().String() != server {
			continue
		}
		s := socket{port: c.LocalAddr().(*net.TCPAddr).AddrPort().Port()}
		if unread, err := c.Unread(); err == nil {
			s.unread = uint64(unread)
		}
		if unsent, err := c.PeerUnread(); err == nil && c.WriteWaits() {
			s.unsent = uint64(unsent)
		}
		all = append(all, s)
	}
	return all
}

// blindPause is how long the clients get where there is no telling what their sockets do.
const blindPause = 20 * time.Millisecond

// clientSockets returns the clients' ends of the connections to f, orphans too. Where there
// is no telling, ok is false.
func (f fake) clientSockets() (all []socket, ok bool) {
	if f.memory != nil {
		return memorySockets(f.memory, f.Address()), true
	}
	server := f.stream().AddrPort()
	if !server.IsValid() {
		return nil, false // a unix socket's
	}
	return kernelSockets(server.Port())
}

// clientSockets returns those of all servers.
func (f fakes) clientSockets() (all []socket, ok bool) {
	for i, srv := range f.all {
		if f.memory() == nil && slices.ContainsFunc(f.all[:i], srv.hasPortOf) {
			continue // the kernel was asked about a port, whatever the host
		}
		its, ok := srv.clientSockets()
		if !ok {
			return nil, false
		}
		all = append(all, its...)
	}
	return all, true
}

// hasPortOf reports whether two servers have the same port.
func (f fake) hasPortOf(other fake) bool { return f.AddrPort().Port() == other.AddrPort().Port() }

// owned returns the sockets that a process has.
func owned(all []socket) []socket {
	return slices.DeleteFunc(slices.Clone(all), func(s socket) bool { return s.orphan })
}

// awaitSockets waits until cond holds for the clients' sockets, without orphans, or ctx is
// done, which it reports with false. Where there is no telling, it waits for blindPause.
func (f fakes) awaitSockets(ctx context.Context, cond func([]socket) bool) bool {
	return awaitSockets(ctx, f.clientSockets, func(all []socket) bool { return cond(owned(all)) })
}

// awaitAllSockets is awaitSockets with orphans.
func (f fake) awaitAllSockets(ctx context.Context, cond func([]socket) bool) bool {
	return awaitSockets(ctx, f.clientSockets, cond)
}

// awaitSockets waits until cond holds for what look returns.
func awaitSockets(ctx context.Context, look func() (all []socket, ok bool), cond func([]socket) bool) bool {
	for {
		all, ok := look()
		if ok && cond(all) {
			return true
		}
		pause := time.Millisecond
		if !ok {
			pause = blindPause
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return false
		}
		if !ok {
			return true
		}
	}
}
