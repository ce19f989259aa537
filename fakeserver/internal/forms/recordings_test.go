package forms_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// secret is what the servers' Redactor hides.
const secret = "hunter2"

var redact = transcript.RedactText(secret)

// recordings are those of servers of every kind. No direction of a connection has 1,000 bytes, which a page would round.
var recordings = map[string]func(t *testing.T) []transcript.Recording{
	"no connection":      func(t *testing.T) []transcript.Recording { return []transcript.Recording{nothing(t).Recording()} },
	"a server that runs": running,
	"a plan that changes": func(t *testing.T) []transcript.Recording {
		return []transcript.Recording{streams(t, fakeserver.Config{})}
	},
	"a unix socket": func(t *testing.T) []transcript.Recording {
		return []transcript.Recording{streams(t, fakeserver.Config{Network: "unix"})}
	},
	"in memory": func(t *testing.T) []transcript.Recording {
		return []transcript.Recording{streams(t, fakeserver.Config{Transport: new(nettest.Network)})}
	},
	"a record with a limit": func(t *testing.T) []transcript.Recording {
		return []transcript.Recording{streams(t, fakeserver.Config{RecordLimit: 40})}
	},
	"a record of no bytes": func(t *testing.T) []transcript.Recording {
		return []transcript.Recording{streams(t, fakeserver.Config{RecordLimit: -1})}
	},
	"in a bubble": func(t *testing.T) (all []transcript.Recording) {
		nettest.Bubble(t, func(fakeserver.TB) {
			all = append(all, streams(t, fakeserver.Config{Transport: new(nettest.Network)}), datagrams(t, fakeserver.PacketConfig{Transport: new(nettest.Network)}))
		})
		return all
	},
	"datagrams": func(t *testing.T) []transcript.Recording {
		return []transcript.Recording{datagrams(t, fakeserver.PacketConfig{})}
	},
	"datagrams with a limit": func(t *testing.T) []transcript.Recording {
		return []transcript.Recording{datagrams(t, fakeserver.PacketConfig{RecordLimit: 10})}
	},
	"datagrams of a unix socket": func(t *testing.T) []transcript.Recording {
		return []transcript.Recording{datagrams(t, fakeserver.PacketConfig{Network: "unixgram"})}
	},
	"both at one port":       both,
	"a server that was down": down,
}

// variants are what may become of a recording before it is shown.
var variants = map[string]func(t *testing.T, rec transcript.Recording) transcript.Recording{
	"itself":    func(_ *testing.T, rec transcript.Recording) transcript.Recording { return rec },
	"from file": fromFile,
	"from a file that was cut off": func(t *testing.T, rec transcript.Recording) transcript.Recording {
		var b bytes.Buffer
		_, err := rec.WriteTo(&b)
		wantNil(t, err)
		end := bytes.LastIndexByte(bytes.TrimSuffix(b.Bytes(), []byte("\n")), '\n') + 1
		cut, err := transcript.Read(bytes.NewReader(b.Bytes()[:end+1]))
		if err == nil || cut.Report != nil {
			t.Errorf("a file that was cut off has the error %v and the report %s", err, cut.Report)
		}
		return cut
	},
	"redacted": func(_ *testing.T, rec transcript.Recording) transcript.Recording { return rec.Redacted() },
	"redacted in the file": func(t *testing.T, rec transcript.Recording) transcript.Recording {
		return withRedactor(fromFile(t, rec))
	},
	"of a connection":        ofConn,
	"of a connection's file": func(t *testing.T, rec transcript.Recording) transcript.Recording { return fromFile(t, ofConn(t, rec)) },
	"since a mark":           sinceHalf,
	"since a mark, and file": func(t *testing.T, rec transcript.Recording) transcript.Recording {
		return fromFile(t, sinceHalf(t, rec))
	},
	"its faults": func(_ *testing.T, rec transcript.Recording) transcript.Recording {
		rec.Transcript = rec.Transcript.Kind(transcript.Fault)
		return rec
	},
}

func fromFile(t *testing.T, rec transcript.Recording) transcript.Recording {
	name := filepath.Join(t.TempDir(), "rec.jsonl")
	wantNil(t, rec.WriteFile(name))
	got, err := transcript.ReadFile(name)
	wantNil(t, err)
	return got
}

func withRedactor(rec transcript.Recording) transcript.Recording {
	rec.Transcript = rec.Transcript.WithRedactor(redact)
	return rec
}

// ofConn returns the last connection alone.
func ofConn(_ *testing.T, rec transcript.Recording) transcript.Recording {
	rec.Transcript = rec.Transcript.Conn(rec.Transcript.Conns())
	return rec
}

// sinceHalf returns the second half of the events.
func sinceHalf(_ *testing.T, rec transcript.Recording) transcript.Recording {
	rec.Transcript = rec.Transcript.After(int64(rec.Transcript.Len() / 2))
	return rec
}

// down returns the recording of a server that was down at its start, by a rule, and once more, to which nobody came.
func down(t *testing.T) []transcript.Recording {
	srv, err := fakeserver.Listen(fakeserver.Config{
		Transport: new(nettest.Network), Redact: redact,
		Faults: fault.Plan{Rules: []fault.Rule{fault.AtStart(fault.Down{For: time.Microsecond}).Named("not yet, " + secret)}},
	})
	wantNil(t, err)
	wantNil(t, srv.Restart(transcript.ByFIN, 0))
	wantNil(t, srv.Close())
	rec := srv.Recording()
	if c := rec.Transcript.Canonical(); len(c) != 1 || c[0].Conn != 0 || len(c[0].Faults) != 1 {
		t.Errorf("the rule did not act:\n%v%v", c, rec.Transcript)
	}
	return []transcript.Recording{rec}
}

// nothing returns a server to which nothing came.
func nothing(t *testing.T) *fakeserver.Server {
	srv, err := fakeserver.Listen(fakeserver.Config{Redact: redact, Name: "a server of " + secret})
	wantNil(t, err)
	t.Cleanup(func() { wantNil(t, srv.Close()) })
	return srv
}

// running returns what a server that goes on has recorded of a client that goes on.
func running(t *testing.T) []transcript.Recording {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Redact: redact})
	wantNil(t, err)
	c, err := srv.Dial(context.Background())
	wantNil(t, err)
	t.Cleanup(func() {
		c.Close()
		wantNil(t, srv.Close())
	})
	talk(t, c, "PING\r\n", len("PING\r\n"))
	return []transcript.Recording{srv.Recording()}
}

// streams returns the recording of a server to which three clients came: of the first the handler starts late, and of the
// answers to the others a part is cut off, of the last by a plan that came while the server ran.
func streams(t *testing.T, cfg fakeserver.Config) transcript.Recording {
	srv, err := fakeserver.Listen(withPlan(cfg))
	wantNil(t, err)
	converse(t, srv)
	return srv.Recording()
}

func withPlan(cfg fakeserver.Config) fakeserver.Config {
	end := fault.Fault(fault.Reset{})
	if cfg.Network == "unix" {
		end = fault.Close{}
	}
	cfg.Handler, cfg.Redact = fakeserver.Echo{}, redact
	cfg.Faults = fault.Plan{Comment: "for " + secret, Rules: []fault.Rule{
		fault.OnAccept(fault.Stall{For: time.Millisecond}).OnConn(1).Named("late"),
		fault.ToClient(fault.Corrupt{Bits: []int64{8}}).OnConn(1),
		fault.ToClient(end).OnConn(2).AfterBytes(8).Named("cut of " + secret),
		fault.FromClient(fault.Blackhole{}).OnConn(9).NeedNotFire(),
	}}
	return cfg
}

func converse(t *testing.T, srv *fakeserver.Server) {
	for n := 1; n <= 3; n++ {
		if n == 3 {
			wantNil(t, srv.SetFaults(fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Close{}).OnConn(3).AfterBytes(4)}}))
		}
		c, err := srv.Dial(context.Background())
		wantNil(t, err)
		const text = "user \x00 with " + secret + "\r\n"
		talk(t, c, text, len(text))
		wantNil(t, c.Close())
		wantNil(t, srv.Wait(context.Background(), func(tr transcript.Transcript) bool { return tr.Conn(n).Kind(transcript.Close).Len() > 0 }))
	}
	wantNil(t, srv.Close())
}

// datagrams returns the recording of a server to which two clients came, and of whose answers some were lost.
func datagrams(t *testing.T, cfg fakeserver.PacketConfig) transcript.Recording {
	cfg.Handler, cfg.Redact = fakeserver.PacketEcho{}, redact
	cfg.Faults = fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Loss{Nth: 2}).Named("lost to " + secret),
		fault.ToClient(fault.Duplicate{Rate: 1}).OnConn(2),
	}}
	srv, err := fakeserver.ListenPacket(cfg)
	wantNil(t, err)
	for peer := 1; peer <= 2; peer++ {
		c, err := srv.Dial(context.Background())
		wantNil(t, err)
		for n := 1; n <= 3; n++ {
			_, err := fmt.Fprintf(c, "%d of %s", n, secret)
			wantNil(t, err)
			wantNil(t, srv.Wait(context.Background(), func(tr transcript.Transcript) bool {
				return tr.Conn(peer).Kind(transcript.Datagram).Len()+tr.Conn(peer).Kind(transcript.Fault).Len() >= 2*n || cfg.RecordLimit != 0
			}))
		}
		wantNil(t, c.Close())
	}
	wantNil(t, srv.Close())
	return srv.Recording()
}

// both returns the recordings of two servers with one port.
func both(t *testing.T) []transcript.Recording {
	s, p, err := fakeserver.ListenBoth(withPlan(fakeserver.Config{}), fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	wantNil(t, err)
	c, err := p.Dial(context.Background())
	wantNil(t, err)
	talk(t, c, secret, len(secret))
	converse(t, s)
	wantNil(t, p.Close())
	return []transcript.Recording{s.Recording(), p.Recording()}
}

// talk sends text and reads n bytes of what comes back, or as many as come.
func talk(t *testing.T, c net.Conn, text string, n int) {
	t.Helper()
	_, err := io.WriteString(c, text)
	wantNil(t, err)
	_, _ = io.ReadFull(c, make([]byte, n)) // which a fault may cut off
}

func wantNil(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
