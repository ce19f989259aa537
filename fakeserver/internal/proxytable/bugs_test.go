package proxytable_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/proxytable"
	"github.com/fakewire/fakewire/nettest"
)

// A right proxy exists: what the table asks for can be done.
func TestRelayHoldsOnTCP(t *testing.T) {
	wantRows(t, proxytable.TCP(), relays(proxytable.TCP(), "", ""))
}

func TestRelayHoldsOnUnix(t *testing.T) {
	w := proxytable.Unix(t.TempDir())
	wantRows(t, w, relays(w, "", ""))
}

func TestRelayHoldsInABubble(t *testing.T) {
	wantRowsInBubbles(t, func(_ fakeserver.TB, n *nettest.Network) proxytable.Proxy {
		return relays(inMemory(n, 0), "", "")
	})
}

// bugs are what a relay can have, and the rows that must find each, by both ends. What they say is between the first two.
var bugs = []struct {
	bug  string
	rows []string
	says string
}{
	{"waits for the other to speak", []string{"ACTOR speaks first"}, "OTHER gets nothing"},
	{"swallows a FIN", []string{"ACTOR half-closes and reads on", "ACTOR sends and closes at once", "ACTOR closes, and OTHER writes on"},
		"OTHER's Read gives nothing, for as long as one waits, want EOF"},
	{"swallows a FIN", []string{"both half-close at once", "10 MiB both ways at once"}, "OTHER's Read gives nothing"},
	{"a FIN is a close", []string{"ACTOR half-closes and reads on"}, ""},
	{"a FIN is an RST", []string{"ACTOR half-closes, and then resets", "ACTOR half-closes, stalls, and then resets", "ACTOR sends and closes at once"},
		"OTHER's Read gives ECONNRESET, want EOF"},
	{"an RST is a FIN", []string{"ACTOR resets", "ACTOR sends, and then resets", "ACTOR resets after OTHER's half-close", "ACTOR closes with bytes unread", "OTHER stalls while ACTOR sends and then resets"},
		"OTHER's Read gives EOF, want ECONNRESET"},
	{"hears no RST", []string{"ACTOR resets", "ACTOR resets after OTHER's half-close", "ACTOR closes with bytes unread"}, "OTHER's Read gives nothing"},
	{"hears no RST", []string{"ACTOR half-closes, and then resets", "ACTOR stalls, and then resets", "ACTOR half-closes, stalls, and then resets", "ACTOR closes, and OTHER writes on"},
		"OTHER can write 64 MiB to one that is gone"},
	{"drops what it has at an RST", []string{"ACTOR sends, and then resets"}, "OTHER gets ECONNRESET instead of bytes that were sent"},
	{"drops the last bytes", []string{"ACTOR sends and closes at once", "10 MiB both ways at once"}, "OTHER gets EOF instead of bytes that were sent"},
	{"changes a byte", []string{"10 MiB both ways at once"}, "OTHER gets other bytes than were sent"},
	{"gives up idle connections", []string{"idle, and then used"}, ""},
	{"an RST is for all", []string{"one of three is reset"}, "ECONNRESET"},
	{"a refusal is an EOF", []string{"the upstream refuses"}, "the client is accepted, and its Read gives EOF, want ECONNRESET"},
}

// bugsAgainst are those of which the one that stalls is not where the bytes come from.
var bugsAgainst = []struct{ bug, row, says string }{
	{"reads ahead without bound", "ACTOR stalls", "OTHER can write 64 MiB to one that reads nothing"},
	{"drops what does not fit", "ACTOR stalls, and then reads on", "ACTOR gets"},
}

func TestRowsFindBugs(t *testing.T) {
	for _, from := range []string{"client", "server"} {
		words := roles(from)
		for _, b := range bugs {
			for _, name := range b.rows {
				wantFind(t, words(name), b.bug, from, words(b.says))
			}
		}
		for _, b := range bugsAgainst {
			wantFind(t, words(b.row), b.bug, other(from), words(b.says))
		}
	}
	wantFind(t, "the client connects and closes at once", "swallows a FIN", "client", "the server's Read gives nothing")
	wantFind(t, "the server accepts and closes at once", "a FIN is an RST", "server", "the client's Read gives ECONNRESET, want EOF")
}

func other(end string) string { return map[string]string{"client": "server", "server": "client"}[end] }

func roles(actor string) func(string) string {
	return strings.NewReplacer("ACTOR", "the "+actor, "OTHER", "the "+other(actor)).Replace
}

// found has the rows that have found a bug.
var found = map[string]bool{}

// wantFind wants the row to fail with the bug, and to say so, in a bubble, in which waiting in vain takes no time.
func wantFind(t *testing.T, name, bug, from, says string) {
	t.Helper()
	found[name] = true
	t.Run(bug+"/"+from+"/"+name, func(t *testing.T) {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			w := inMemory(new(nettest.Network), time.Hour)
			err := rowOf(tb, name).Run(w, relays(w, bug, from))
			var failure *proxytable.Failure
			if !errors.As(err, &failure) || !strings.Contains(failure.Saw, says) {
				tb.Errorf("the row gives %v, want a failure that says %q", err, says)
			}
		})
	})
}

func rowOf(tb fakeserver.TB, name string) proxytable.Row {
	for _, row := range proxytable.Rows() {
		if row.Name == name {
			return row
		}
	}
	tb.Fatalf("there is no row %q", name)
	return proxytable.Row{}
}

func TestEveryRowFindsABug(t *testing.T) {
	if len(found) == 0 {
		t.Skip("TestRowsFindBugs did not run")
	}
	for _, row := range proxytable.Rows() {
		if !found[row.Name] {
			t.Errorf("no bug makes the row %q fail", row.Name)
		}
	}
}
