//go:build !linux

package process

import "errors"

type poller struct{}

func (*poller) open() error  { return errors.ErrUnsupported }
func (*poller) round() error { return errors.ErrUnsupported }
func (*poller) yield()       {}
func (*poller) close() error { return nil }
