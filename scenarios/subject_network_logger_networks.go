package scenarios

import (
	"cmp"
	"fmt"
	"strings"
)

// loggerNetworks are the networks of loggers.
var loggerNetworks = []string{"tcp", "udp", "unix", "unixgram"}

func (l NetworkLogger) network() string { return cmp.Or(l.Network, "tcp") }

// sendsDatagrams reports whether the collector gets datagrams, and not a stream.
func (l NetworkLogger) sendsDatagrams() bool { return l.Network == "udp" || l.Network == "unixgram" }

// isUnix reports whether the collector's address is a path.
func (l NetworkLogger) isUnix() bool { return strings.HasPrefix(l.Network, "unix") }

// medium is what messages call the network.
func (l NetworkLogger) medium() string {
	if l.isUnix() {
		return l.Network
	}
	return strings.ToUpper(l.network())
}

// checkStream says what l lacks for a promise that a logger of datagrams can't make, and why
// it can't.
func (l NetworkLogger) checkStream(why string) error {
	if err := l.check(); err != nil {
		return err
	}
	if l.sendsDatagrams() {
		if l.isUnix() && why == neverWaits {
			why = readsOnly
		}
		return fmt.Errorf("%w: a %s logger %s", ErrLacks, l.medium(), why)
	}
	return nil
}

// checkReset is checkStream for a promise about resets.
func (l NetworkLogger) checkReset(why string) error {
	if err := l.checkStream(why); err != nil {
		return err
	}
	if l.isUnix() {
		return fmt.Errorf("%w: a unix logger's connections can't be reset, since unix sockets have no RST: there is nothing to promise", ErrLacks)
	}
	return nil
}

// Why a logger of datagrams can't make promises about resets, and about collectors that don't
// read.
const (
	noConnection = "has no connection that could be reset: there is nothing to promise"
	neverWaits   = "never waits for its collector: datagrams that nobody reads are lost, and there is nothing to promise"
	readsOnly    = "waits for a collector that does not read, and the collectors of this package always read datagrams: it can't be put to the test"
)
