//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// hangups returns what SIGHUPs come from, and what forgets about them.
func hangups() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}
