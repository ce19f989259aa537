package specimen

import (
	"context"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// logger returns a specimen that logs. The oracles that are off are not, for those in also.
func logger(s Specimen, collector fakeserver.Handler, open func(Dialer) Logger, also ...explore.Oracle) Specimen {
	s.Medium = fault.Streams
	s.Config = func() explore.Config { return explore.Config{Handler: collector, Within: 2 * timeout, With: also} }
	s.Open = func(_ context.Context, w *explore.Wire) (explore.Log, error) {
		l := open(w.DialContext)
		return explore.Log{Print: l.Print, Close: l.Close}, nil
	}
	return s
}

func brokenLoggers() []Specimen {
	return []Specimen{
		logger(Specimen{Name: "first is lost", Class: "logger: loses lines without an error after the connection has ended", Want: explore.Lost,
			Why: "The first line after the collector was started again is never seen, and nobody is told."},
			collects, newFirstIsLost),
		logger(Specimen{Name: "drops on error", Class: "logger: loses lines without an error after the connection has ended", Want: explore.Lost,
			Why: "The lines by which it learns that its connection has ended are gone."},
			collects, newDropsOnError),
		logger(Specimen{Name: "blocks", Class: "logger: blocks its caller", Want: explore.Hangs,
			Why: "A collector that does not read stops the program."},
			collects, newBlocks),
		logger(Specimen{Name: "tears lines", Class: "logger: tears a line in a retry", Want: explore.Torn,
			Why: "Half a line, and then the whole one, are one line."},
			collects, newTearsLines),
		logger(Specimen{Name: "requeues", Class: "logger: a line that failed goes to the end of the queue", Want: explore.OutOfOrder,
			Why: "The line at which the collector went away arrives after later ones."},
			collects, newRequeues),
		logger(Specimen{Name: "resends batch", Class: "logger: sends a line twice", Want: explore.SentTwice,
			Why: "What of a batch had arrived before its connection broke arrives again."},
			collects, newResendsBatch, explore.SentTwice),
		logger(Specimen{Name: "close waits", Class: "logger: Close hangs", Want: explore.Hangs,
			Why: "A collector that is down keeps the program from ending."},
			collects, newCloseWaits),
		logger(Specimen{Name: "close drops", Class: "logger: Close drops the queue silently", Want: explore.Lost,
			Why: "The last lines, which say why the program ends, are not sent, and nobody is told."},
			collects, newCloseDrops),
		logger(Specimen{Name: "panics after close", Class: "logger: print after close panics", Want: explore.Panics,
			Why: "A goroutine that still logs while the program ends makes it crash."},
			collects, newPanicsAfterClose),
	}
}

func rightLoggers() []Specimen {
	return []Specimen{
		logger(Specimen{Name: "acknowledged logger", Why: "It sends a line again whose acknowledgement is lost; and it waits, for as long as it says."},
			acknowledges, newAcknowledged),
		logger(Specimen{Name: "watchful logger", Why: "What is in flight when its connection breaks is lost, and it can't know."},
			collects, newWatchful),
	}
}

// callers returns a right client's specimen with several callers, each with a client of its own.
func callers(s Specimen, n int) Specimen {
	cfg := s.Config
	s.Config = func() explore.Config {
		c := cfg()
		c.Callers = n
		return c
	}
	return s
}
