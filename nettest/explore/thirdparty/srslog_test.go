package thirdparty_test

import (
	"context"
	"net"

	"github.com/RackSec/srslog"

	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "srslog",
	Module: "github.com/RackSec/srslog",
	Config: explore.Config{Within: within},
	Finds: []known{{
		File: "lost-close-to-client-0", Verdict: "limitation",
		What:  "a collector that closes its side and reads no more is written to for good: lines are lost and no call has an error",
		Why:   "netConn.writeString (net_conn.go) only writes, so nothing reads the end of the stream; Writer.writeAndRetryWithPriority (writer.go) dials again after an error alone. Plain syslog over TCP has no acknowledgements, and a peer that resets costs one line in place of all",
		Issue: "https://github.com/fluent-plugins-nursery/fluent-plugin-remote_syslog/issues/39",
	}, {
		File: "hang-stall-from-client-0", Verdict: "bug",
		What:  "a collector that stops reading blocks whoever logs, for good",
		Why:   "netConn.writeString (net_conn.go) writes without a deadline, and there is no option for one",
		Issue: "https://github.com/moby/moby/issues/34582",
	}},
	Not: []string{
		"A hang of the dial at a server that leaves it without an answer, as of zerolog's and paho's, and goroutines that go-redis left: the dialers of these bodies had no timeout, or one longer than the trial. A net.Dialer takes one, and now they have it.",
		"A connection that is left, on a healthy wire too: a line after Close opens one again, which nobody closes. It is what log/syslog does, and a user can keep from it; in this body no line comes after Close.",
	},
	Open: func(_ context.Context, w *explore.Wire) (explore.Log, error) {
		l, err := srslog.DialWithCustomDialer("custom", "syslog.test:514", srslog.LOG_INFO, "orchard", func(string, string) (net.Conn, error) { return dial(w) })
		if err != nil {
			return explore.Log{}, err
		}
		l.SetFormatter(srslog.RFC5424Formatter)
		var closed bool
		return explore.Log{
			Print: func(line string) error {
				if closed {
					return net.ErrClosed
				}
				return l.Info(line)
			},
			Close: func() error {
				closed = true
				return l.Close()
			},
		}, nil
	},
})
