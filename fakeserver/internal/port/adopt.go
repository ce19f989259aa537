package port

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// Adopt takes over the address of ln, which listens there already and is the Port's socket from now on. Where an address can't be
// kept when ln is closed, the error wraps errors.ErrUnsupported and says what can.
func Adopt(ln net.Listener) (*Port[net.Listener], error) {
	k, err := keeperOf(ln)
	if err != nil {
		return nil, err
	}
	addr := ln.Addr()
	return &Port[net.Listener]{keeper: k, spec: Spec{Network: addr.Network(), Address: addr.String()}, addr: addr, socket: ln}, nil
}

func keeperOf(ln net.Listener) (keeper[net.Listener], error) {
	if socket.CanSuspend(ln) {
		return &transport[net.Listener]{kind: &streams, keeps: true}, nil
	}
	switch l := ln.(type) {
	case *net.UnixListener:
		return &adoptedFile{file[net.Listener]{kind: &streams, network: "unix", path: l.Addr().String()}}, nil
	case *net.TCPListener:
		if kernel.CanGuard() != nil {
			return nil, errUnguarded
		}
		return &guard[net.Listener]{kind: &streams}, nil
	}
	return nil, fmt.Errorf("%w: a %T can't be closed and opened again at its address: what can is a *net.TCPListener on Linux, a *net.UnixListener, or one with Suspend", errors.ErrUnsupported, ln)
}

// An adoptedFile is the path of a unix socket that listens already.
type adoptedFile struct{ file[net.Listener] }

// suspend keeps the file: it is ours from now on.
func (f *adoptedFile) suspend(ln net.Listener) {
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	if f.ours == nil {
		f.ours, _ = os.Lstat(f.path)
	}
	ln.Close()
}
