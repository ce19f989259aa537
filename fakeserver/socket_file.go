package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// unixNetwork returns the network of the place's family that has paths for
// addresses.
func (p *place) unixNetwork() string {
	if p.family == "udp" {
		return "unixgram"
	}
	return "unix"
}

// isUnix reports whether the place is a unix socket of the kernel's.
func (p *place) isUnix() bool { return p.transport == nil && p.network == p.unixNetwork() }

// checkUnix refuses what unix sockets can't do.
func (p *place) checkUnix() error {
	if p.receiveBuffer > 0 {
		return fmt.Errorf("%w: ReceiveBuffer is %d: %w: the senders' buffers count on a unix socket", ErrConfig, p.receiveBuffer, errors.ErrUnsupported)
	}
	if p.network == "unixgram" && runtime.GOOS == "windows" {
		return fmt.Errorf("%w: Network is %q: %w on this platform", ErrConfig, p.network, errors.ErrUnsupported)
	}
	return nil
}

// checkResets refuses a plan with a reset, where there is none.
func (c *core) checkResets(plan *fault.Compiled) error {
	if !c.noRST {
		return nil
	}
	var errs []error
	outcomes := plan.Report().Rules // the plan's come first
	for i, r := range plan.Plan().Rules {
		if _, ok := r.Fault.(fault.Reset); ok {
			errs = append(errs, fmt.Errorf("%w: rule %d (%s): a unix socket has no RST: use Close", fault.ErrPlan, i+1, outcomes[i].Key))
		}
	}
	return errors.Join(errs...)
}

// A socketFile is the path of a unix socket, which the server owns as others own
// their port. While the server is down the file stays, and who dials it is refused.
type socketFile struct {
	network string
	path    string
	dir     string      // made for it alone; or empty
	ours    fs.FileInfo // the file as we made it; nil if there is none
}

// openFile takes the place's path, by listening there.
func (p *port) openFile() (err error) {
	if p.file, err = newSocketFile(p.network, p.place.addr); err != nil {
		return err
	}
	p.place.addr = p.file.path
	if p.family == "udp" {
		if p.pc, err = p.file.listenPacket(); err == nil {
			p.addr = p.pc.LocalAddr()
		}
	} else {
		if p.ln, err = p.file.listen(); err == nil {
			p.addr = p.ln.Addr()
		}
	}
	if err != nil {
		p.file.remove()
	}
	return err
}

// longDir is how long a directory's path may be for a socket's to fit behind it.
const longDir = 80

// newSocketFile chooses a path if none is given. It is short, because the kernel
// takes 107 bytes at most, and macOS 103.
func newSocketFile(network, path string) (*socketFile, error) {
	f := &socketFile{network: network, path: path}
	if path != "" {
		return f, nil
	}
	base := os.TempDir()
	if len(base) > longDir && runtime.GOOS != "windows" {
		base = "/tmp"
	}
	var err error
	if f.dir, err = os.MkdirTemp(base, "fw"); err != nil {
		return nil, err
	}
	f.path = filepath.Join(f.dir, "s")
	return f, nil
}

// listen makes a socket for connections.
func (f *socketFile) listen() (net.Listener, error) {
	if err := f.clear(); err != nil {
		return nil, err
	}
	ln, err := kernelTransport{}.Listen(context.Background(), f.network, f.path)
	if err != nil {
		return nil, f.explain(err)
	}
	ln.(*net.UnixListener).SetUnlinkOnClose(false)
	f.note()
	return ln, nil
}

// listenPacket makes a socket for datagrams.
func (f *socketFile) listenPacket() (net.PacketConn, error) {
	if err := f.clear(); err != nil {
		return nil, err
	}
	pc, err := kernelTransport{}.ListenPacket(context.Background(), f.network, f.path)
	if err != nil {
		return nil, f.explain(err)
	}
	f.note()
	return pc, nil
}

// note remembers the file that the kernel has just made.
func (f *socketFile) note() { f.ours, _ = os.Lstat(f.path) }

// clear removes what our last socket left. Another's file is left alone, and is in
// the way of the next.
func (f *socketFile) clear() error {
	if f.ours == nil {
		return nil
	}
	now, err := os.Lstat(f.path)
	if err != nil || !os.SameFile(now, f.ours) || !now.ModTime().Equal(f.ours.ModTime()) {
		return nil
	}
	f.ours = nil
	return os.Remove(f.path)
}

// remove gives the path up.
func (f *socketFile) remove() {
	f.clear()
	if f.dir != "" {
		os.Remove(f.dir)
	}
}

// canRefuse says why the address can't be kept while nobody listens on it.
func (f *socketFile) canRefuse() error {
	if runtime.GOOS == "linux" && strings.HasPrefix(f.path, "@") {
		return fmt.Errorf("refusing at %s, an abstract address, while keeping it: %w: give a path", f.path, errors.ErrUnsupported)
	}
	return nil
}

// explain says what the kernel's "invalid argument" means.
func (f *socketFile) explain(err error) error {
	if errors.Is(err, syscall.EINVAL) && len(f.path) > 100 {
		return fmt.Errorf("%w: a unix socket's path has at most 107 bytes (macOS: 103), this one %d", err, len(f.path))
	}
	return err
}
