package fakeserver_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestUpstreamOfNoProxyIsEmpty(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	if u := srv.Upstream(); u.Len() != 0 || u.Conns() != 0 {
		t.Errorf("a server without a proxy has an upstream leg:\n%v", u)
	}
}

// A failed test has a file for each leg, and keeps their names when it says more.
func TestUpstreamOfAFailedTestIsAFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("FAKEWIRE_ARTIFACTS", dir)
	real := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	tb := &fakeTB{name: "TestBehind"}
	srv := fakeserver.Start(tb, fakeserver.Config{
		Handler: fakeserver.Proxy{Upstream: real.Addr()},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Close{}).AfterBytes(2)}},
	})
	c := dial(t, srv)
	send(t, c, "hello")
	c.CloseWrite()
	wantAll(t, c, "he", io.EOF)
	wait(t, srv, func(transcript.Transcript) bool { return ended(1)(srv.Upstream()) })
	tb.failed = true
	tb.end()

	for file, want := range map[string]string{"TestBehind": "he", "TestBehind-upstream": "hello"} {
		rec, err := transcript.ReadFile(filepath.Join(dir, file+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(rec.Transcript.Conn(1).ToClient()); got != want {
			t.Errorf("%s has %q ToClient, want %q", file, got, want)
		}
		if hasPlan := rec.Origin.Plan != nil; hasPlan != (file == "TestBehind") {
			t.Errorf("%s has a plan: %v", file, hasPlan)
		}
		if _, err := os.Stat(filepath.Join(dir, file+".html")); err != nil {
			t.Error(err)
		}
		if !strings.Contains(tb.log[0], file+".jsonl") {
			t.Errorf("%s is not named:\n%s", file, tb.log[0])
		}
	}
	if want := "the upstream's leg of conn 1 has 5 bytes to the client, and the client's leg 2: the same up to byte 2\n"; !strings.Contains(tb.log[0], want) {
		t.Errorf("the message does not say %q:\n%s", want, tb.log[0])
	}
	if all, _ := os.ReadDir(dir); len(all) != 4 {
		t.Errorf("%d files, want 4: %v", len(all), all)
	}
}

// A failed test's message says little where the legs are the same, and nothing where there is only one.
func TestUpstreamInTheMessageOfAFailedTest(t *testing.T) {
	real := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	for limit, want := range map[int64]string{0: "has the same bytes\n", -1: " events\n"} {
		tb := &fakeTB{name: "TestBehind"}
		srv := fakeserver.Start(tb, fakeserver.Config{Handler: fakeserver.Proxy{Upstream: real.Addr()}, RecordLimit: limit})
		c := dial(t, srv)
		send(t, c, "hello")
		c.CloseWrite()
		wantAll(t, c, "hello", io.EOF)
		tb.failed = true
		tb.end()
		if text := tb.log[0]; strings.Count(text, "the upstream's leg") != 1 || !strings.Contains(text, want) {
			t.Errorf("the message does not say %q:\n%s", want, text)
		}
	}
	tb := &fakeTB{name: "TestAlone", failed: true}
	fakeserver.Start(tb, fakeserver.Config{})
	if tb.end(); strings.Contains(tb.log[0], "upstream's leg") {
		t.Errorf("there is no upstream:\n%s", tb.log[0])
	}
}
