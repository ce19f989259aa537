package match_test

import (
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	. "github.com/fakewire/fakewire/nettest/match"
)

// registerFormatRecord teaches Gomega to print records, for the time of a test.
func registerFormatRecord(t *testing.T) {
	key := format.RegisterCustomFormatter(FormatRecord)
	t.Cleanup(func() { format.UnregisterCustomFormatter(key) })
}

// busyServer returns a server that receives PINGs, and goes on receiving them.
func busyServer(t *testing.T) *fakeserver.Server {
	srv := fakeserver.Start(t, fakeserver.Config{})
	c := dial(t, "tcp", srv)
	var traffic sync.WaitGroup
	traffic.Go(func() {
		for range 2000 {
			io.WriteString(c, "PING\r\n")
		}
	})
	t.Cleanup(traffic.Wait)
	eventually(t, srv, HaveReceived("PING"))
	return srv
}

// wantRecord checks that an assertion fails and shows the record.
func wantRecord(t *testing.T, srv *fakeserver.Server, m types.GomegaMatcher) {
	t.Helper()
	j := newJudge()
	if j.Expect(srv).To(m) {
		t.Error("the assertion holds")
	} else if !strings.Contains(j.failures[0], `"PING\r\n`) || !strings.Contains(j.failures[0], "transcript of") {
		t.Errorf("the record is not shown:\n%s", j.failures[0])
	}
}

// And and Not ask the matchers that they are made of for a message.
func TestComposedMatchersShowTheRecord(t *testing.T) {
	srv := busyServer(t)
	wantRecord(t, srv, gomega.And(HaveConns(1), HaveReceived("QUIT")))
	wantRecord(t, srv, gomega.Not(HaveConns(1)))
}

// Or and BeNil print the server, which is in use.
func TestFormatRecordMakesOtherMatchersShowTheRecord(t *testing.T) {
	registerFormatRecord(t)
	srv := busyServer(t)
	wantRecord(t, srv, gomega.Or(HaveReceived("QUIT"), HaveReceived("BYE")))
	wantRecord(t, srv, gomega.BeNil())
}

func TestFormatRecord(t *testing.T) {
	registerFormatRecord(t)
	s := newScript("tcp", 0).accept(1).receives(1, "PING")
	tr := s.Transcript()
	for _, v := range []any{s, tr, &tr, []any{tr}} {
		if text := format.Object(v, 0); !strings.Contains(text, "transcript of pinger") || !strings.Contains(text, `"PING"`) {
			t.Errorf("%T is printed as\n%s", v, text)
		}
	}
	var none *fakeserver.Server
	if text := format.Object(none, 0); !strings.Contains(text, "nil") {
		t.Errorf("nil is printed as %s", text)
	}
	if _, handled := FormatRecord(none); handled {
		t.Error("it handles a nil server")
	}
	if _, handled := FormatRecord("text"); handled {
		t.Error("it handles a string")
	}
}

// A suite that imports the package may have formatters of its own.
func TestFormatRecordIsNotRegistered(t *testing.T) {
	tr := newScript("tcp", 0).accept(1).Transcript()
	if text := format.Object(tr, 0); strings.Contains(text, "transcript of") {
		t.Errorf("a record is printed as\n%s", text)
	}
}
