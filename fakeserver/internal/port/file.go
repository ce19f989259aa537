package port

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// A file is the path of a unix socket. It stays while the server is down, and a client is refused.
type file[S Socket] struct {
	kind    *kind[S]
	network string
	path    string
	dir     string      // made for it alone; or empty
	ours    fs.FileInfo // the file as we made it; nil if there is none
}

func takeFile[S Socket](s Spec, k *kind[S]) (*Port[S], error) {
	f := &file[S]{kind: k, network: s.Network, path: s.Address}
	if err := f.choosePath(); err != nil {
		return nil, err
	}
	first, err := f.listen()
	if err != nil {
		f.giveUp()
		return nil, err
	}
	s.Address = f.path
	return &Port[S]{keeper: f, spec: s, addr: k.addr(first), socket: first, pending: true, silence: k.silence(first)}, nil
}

// maxTempDir is how long a directory's path may be, for that of a socket in it to be short enough.
const maxTempDir = 80

// choosePath chooses a path if none is given. It is short, because the kernel takes 107 bytes at most, and macOS 103.
func (f *file[S]) choosePath() (err error) {
	if f.path != "" {
		return nil
	}
	base := os.TempDir()
	if len(base) > maxTempDir && runtime.GOOS != "windows" {
		base = "/tmp"
	}
	if f.dir, err = os.MkdirTemp(base, "fw"); err != nil {
		return err
	}
	f.path = filepath.Join(f.dir, "s")
	return nil
}

func (f *file[S]) listen() (S, error) {
	var none S
	if err := f.clear(); err != nil {
		return none, err
	}
	s, err := f.kind.listen(Kernel{}, context.Background(), f.network, f.path)
	if err != nil {
		return none, f.explain(err)
	}
	if u, ok := any(s).(interface{ SetUnlinkOnClose(bool) }); ok {
		u.SetUnlinkOnClose(false)
	}
	f.ours, _ = os.Lstat(f.path)
	return s, nil
}

// clear removes what our last socket left. A file that is not ours is left alone, and is in the way of the next.
func (f *file[S]) clear() error {
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

// explain says what the kernel's "invalid argument" means.
func (f *file[S]) explain(err error) error {
	if errors.Is(err, syscall.EINVAL) && len(f.path) > 100 {
		return fmt.Errorf("%w: a unix socket's path has at most 107 bytes (macOS: 103), this one %d", err, len(f.path))
	}
	return err
}

func (f *file[S]) keep(S) error { return nil }

func (f *file[S]) suspend(s S) { s.Close() }

func (f *file[S]) canRefuse() error {
	if runtime.GOOS == "linux" && strings.HasPrefix(f.path, "@") {
		return fmt.Errorf("refusing at %s, an abstract address, while keeping it: %w: give a path", f.path, errors.ErrUnsupported)
	}
	return nil
}

func (f *file[S]) canKeep() error { return f.canRefuse() }

func (f *file[S]) giveUp() {
	f.clear()
	if f.dir != "" {
		os.Remove(f.dir)
	}
}
