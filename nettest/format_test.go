package nettest_test

import (
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// A matcher that is made of others prints the server, which is in use.
func TestComposedMatchersShowTheRecord(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	c := dial(t, "tcp", srv)
	var traffic sync.WaitGroup
	traffic.Go(func() {
		for range 2000 {
			io.WriteString(c, "PING\r\n")
		}
	})
	defer traffic.Wait()
	eventually(t, srv, nettest.HaveReceived("PING"))
	quit, bye := nettest.HaveReceived("QUIT"), nettest.HaveReceived("BYE")
	for why, m := range map[string]types.GomegaMatcher{
		"or":  gomega.Or(quit, bye),
		"and": gomega.And(nettest.HaveConns(1), quit),
		"not": gomega.Not(nettest.HaveConns(1)),
	} {
		j := newJudge()
		if j.Expect(srv).To(m) {
			t.Errorf("%s: it holds", why)
		} else if !strings.Contains(j.failures[0], `"PING\r\n`) || !strings.Contains(j.failures[0], "transcript of") {
			t.Errorf("%s: the record is not shown:\n%s", why, j.failures[0])
		}
	}
}

func TestFormatPrintsRecords(t *testing.T) {
	tr := newScript("tcp", 0).accept(1).receives(1, "PING").Transcript()
	for _, v := range []any{tr, &tr, []any{tr}} {
		if text := format.Object(v, 0); !strings.Contains(text, "transcript of pinger") || !strings.Contains(text, `"PING"`) {
			t.Errorf("%T is printed as\n%s", v, text)
		}
	}
	var none *fakeserver.Server
	if text := format.Object(none, 0); !strings.Contains(text, "nil") {
		t.Errorf("nil is printed as %s", text)
	}
}
