package fakeserver_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

const (
	errReset       = syscall.ECONNRESET
	errRefused     = syscall.ECONNREFUSED
	errMessageSize = syscall.EMSGSIZE
)

func TestStartTellsAPassingTestNothing(t *testing.T) {
	tb := &fakeTB{name: "TestPing"}
	srv := fakeserver.Start(tb, fakeserver.Config{Handler: fakeserver.Echo{}})
	if len(tb.cleanups) != 1 {
		t.Errorf("%d cleanups, want one", len(tb.cleanups))
	}
	c := dial(t, srv)
	send(t, c, "hi")
	wantRead(t, c, "hi")
	tb.end()
	if tb.failed || len(tb.log) != 0 {
		t.Errorf("a passing test heard %q %q", tb.errs, tb.log)
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
}

func TestStartFailsTheTestOfAFaultThatWasNotReached(t *testing.T) {
	tb := &fakeTB{name: "TestPing"}
	fakeserver.Start(tb, fakeserver.Config{Faults: plan(fault.ToClient(fault.Reset{}).AfterBytes(7))})
	tb.end()
	if len(tb.errs) != 1 || len(tb.log) != 0 {
		t.Fatalf("errors %q, log %q; want one error", tb.errs, tb.log)
	}
	for _, want := range []string{"reset.ToClient.1 was not reached", "byte 7 ToClient", "transcript of TestPing (tcp 127.0.0.1:"} {
		if !strings.Contains(tb.errs[0], want) {
			t.Errorf("the error does not say %q:\n%s", want, tb.errs[0])
		}
	}
	if !regexp.MustCompile(`^start_test.go:\d+: `).MatchString(tb.errs[0]) {
		t.Errorf("the error does not begin with the place of Start:\n%s", tb.errs[0])
	}
	if strings.Contains(tb.errs[0], "FAKEWIRE_SEED") {
		t.Errorf("a plan that draws nothing has no seed to rerun with:\n%s", tb.errs[0])
	}
}

func TestStartLogsOnlyInAFailedOrSkippedTest(t *testing.T) {
	for name, set := range map[string]func(*fakeTB){
		"failed":  func(tb *fakeTB) { tb.failed = true },
		"skipped": func(tb *fakeTB) { tb.skipped = true },
	} {
		tb := &fakeTB{name: "TestPing"}
		fakeserver.Start(tb, fakeserver.Config{Faults: plan(fault.ToClient(fault.Reset{}).AfterBytes(7))})
		set(tb)
		tb.end()
		if len(tb.errs) != 0 || len(tb.log) != 1 || !strings.Contains(tb.log[0], "not reached") {
			t.Errorf("%s: errors %q, log %q; want one log", name, tb.errs, tb.log)
		}
	}
}

// A framework may recover what panics, and go on: rapid ends a test by a panic that it skips.
func TestStartLeavesAPanicToWhatRunsTheTest(t *testing.T) {
	tb := &fakeTB{name: "TestPing"}
	func() {
		defer func() { recover() }()
		defer tb.end()
		fakeserver.Start(tb, fakeserver.Config{})
		panic("skipped")
	}()
	if len(tb.errs) != 0 || len(tb.log) != 0 {
		t.Errorf("errors %q, log %q; want none", tb.errs, tb.log)
	}
}

func TestStartTellsAFailedTestHowToRerunIt(t *testing.T) {
	seedOf := func(tb *fakeTB) string {
		t.Helper()
		found := regexp.MustCompile(`FAKEWIRE_SEED=(0x[0-9a-f]+) go test -run '\^TestPing\$/\^sub\$'`).FindStringSubmatch(strings.Join(tb.log, ""))
		if found == nil {
			t.Fatalf("no line to rerun with:\n%s", tb.log)
		}
		return found[1]
	}
	// Two servers in one test draw differently; the printed seed repeats both.
	run := func() (*fakeTB, [2]uint64) {
		tb := &fakeTB{name: "TestPing/sub"}
		var seeds [2]uint64
		for i := range seeds {
			srv := fakeserver.Start(tb, fakeserver.Config{Faults: plan(fault.ToClient(fault.Slice{Size: 9, Variation: 8}).NeedNotFire())})
			seeds[i] = srv.Report().Seed
		}
		tb.failed = true
		tb.end()
		return tb, seeds
	}
	tb, first := run()
	if first[0] == first[1] {
		t.Error("two servers of one test draw the same")
	}
	t.Setenv("FAKEWIRE_SEED", seedOf(tb))
	_, again := run()
	if again != first {
		t.Errorf("seeds %x, then %x with the printed seed", first, again)
	}
}

func TestStartRerunsAGinkgoSpecByItsName(t *testing.T) {
	tb := &fakeTB{name: "client under latency retries"}
	fakeserver.Start(tb, fakeserver.Config{Faults: plan(fault.ToClient(fault.Slice{Size: 9, Variation: 8}))})
	tb.end()
	if all := strings.Join(tb.errs, ""); !strings.Contains(all, `go test -ginkgo.focus='client under latency retries'`) {
		t.Errorf("no line to rerun with:\n%s", all)
	}
}

func TestCloseAndVerifyAreReportedOnceTogether(t *testing.T) {
	t.Parallel() // it waits for a second
	tb := &fakeTB{name: "TestPing"}
	release := make(chan struct{})
	defer close(release)
	srv := fakeserver.Start(tb, fakeserver.Config{
		Faults: plan(fault.ToClient(fault.Reset{}).AfterBytes(7)),
		Handler: fakeserver.Sequence{
			fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
				c.Read(make([]byte, 1))
				return errors.New("broken")
			}),
			fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error { <-release; return nil }),
		},
	})
	send(t, dial(t, srv), "x")
	wait(t, srv, ended(1))
	dial(t, srv)
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == 2 })
	tb.end()
	if len(tb.errs) != 1 {
		t.Fatalf("%d errors, want one: %q", len(tb.errs), tb.errs)
	}
	for _, want := range []string{"conn 1: handler returned: broken", "conn 2: handler", "did not return", "not reached"} {
		if !strings.Contains(tb.errs[0], want) {
			t.Errorf("the error does not say %q:\n%s", want, tb.errs[0])
		}
	}
}
