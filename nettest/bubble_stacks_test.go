package nettest

import (
	"fmt"
	"strings"
	"testing"
)

const handlers = `goroutine 7 [sync.Cond.Wait (durable), synctest bubble 1]:
sync.runtime_notifyListWait(0x1, 0x0)
	%[1]ssync/sema.go:617 +0x1b3
sync.(*Cond).Wait(0x1)
	%[1]ssync/cond.go:71 +0x73
%[2]s/nettest.(*streamHalf).read(0x1)
	/x/nettest/stream_ring.go:99 +0x43
%[2]s/fakeserver.(*Conn).Read(0x1, {0x2})
	/x/fakeserver/conn.go:90 +0x26
bufio.(*Reader).fill(0x1)
	%[1]sbufio/bufio.go:113 +0x1
example/ping.serve(0x1)
	/home/ping/serve.go:33 +0x1
%[2]s/fakeserver.HandlerFunc.ServeConn(0x1, {0x2}, 0x3)
	/x/fakeserver/handler.go:29 +0x29
%[2]s/fakeserver.(*Server).serve(0x1, 0x2)
	/x/fakeserver/server.go:140 +0x29
created by %[2]s/fakeserver.(*Server).take in goroutine 5
	/x/fakeserver/server.go:120 +0x29`

const servers = `goroutine 8 [sync.Cond.Wait (durable), synctest bubble 1]:
sync.(*Cond).Wait(0x1)
	%[1]ssync/cond.go:71 +0x73
%[2]s/fakeserver.(*Server).accept(0x1)
	/x/fakeserver/server.go:90 +0x26
created by %[2]s/fakeserver.(*Server).open in goroutine 5
	/x/fakeserver/server.go:120 +0x29`

const closing = `goroutine 9 [chan receive (durable), synctest bubble 1]:
%[2]s/fakeserver.(*Server).Close(0x1)
	/x/fakeserver/close.go:90 +0x26
created by example/ping.TestPing in goroutine 5
	/home/ping/ping_test.go:12 +0x29`

func TestBriefStacksAreThoseOfTheUser(t *testing.T) {
	filled := func(s string) string { return fmt.Sprintf(s, standardRoot, modulePath) }
	got := briefStacks([]string{filled(handlers), filled(servers), filled(closing)})
	var kept []string
	for line := range strings.SplitSeq(got, "\n") {
		if !strings.HasPrefix(line, "\t") {
			kept = append(kept, strings.TrimPrefix(line, modulePath))
		}
	}
	want := []string{
		"goroutine 7 [sync.Cond.Wait (durable), synctest bubble 1]:",
		"/fakeserver.(*Conn).Read(0x1, {0x2})",
		"bufio.(*Reader).fill(0x1)",
		"example/ping.serve(0x1)",
		"",
		"goroutine 9 [chan receive (durable), synctest bubble 1]:",
		"/fakeserver.(*Server).Close(0x1)",
		"created by example/ping.TestPing in goroutine 5",
		"",
		"(1 more of the servers', the network's and the test's own)",
	}
	if strings.Join(kept, "\n") != strings.Join(want, "\n") {
		t.Errorf("it shows\n%s\nwant\n%s", strings.Join(kept, "\n"), strings.Join(want, "\n"))
	}
}

func TestBriefStacksAreBounded(t *testing.T) {
	deep := "goroutine 7 [chan receive]:" + strings.Repeat("\nexample/ping.deep(0x1)\n\t/home/ping/deep.go:1 +0x1", 100)
	got := briefStacks([]string{deep})
	if n := strings.Count(got, "deep.go"); n != maxFrames {
		t.Errorf("%d frames of 100, want %d:\n%s", n, maxFrames, got)
	}
	var all []string
	for range 100 {
		all = append(all, deep)
	}
	got = briefStacks(all)
	if n := strings.Count(got, "goroutine 7"); n != maxGoroutines || !strings.HasSuffix(got, "(92 more)") {
		t.Errorf("%d goroutines of 100, want %d:\n%s", n, maxGoroutines, got)
	}
}

func TestIsOursKnowsServersFromTests(t *testing.T) {
	for _, tt := range []struct {
		function, file string
		want           bool
	}{
		{"/fakeserver.(*Conn).Read(0x1)", "/x/fakeserver/conn.go:90 +0x26", true},
		{"/fakeserver/internal/kernel.Peek(0x1)", "/x/fakeserver/internal/kernel/peek.go:9 +0x26", true},
		{"/nettest.(*Conn).Read(0x1)", "/x/nettest/stream_read.go:9 +0x26", true},
		{"/nettest/match.(*filler).run(0x1)", "/x/nettest/match/buffer.go:62 +0x26", true},
		{"/nettest/internal/bubbletest.body(0x1)", "/x/nettest/internal/bubbletest/failing_test.go:9 +0x26", false},
		{"/nettest_test.TestBubble(0x1)", "/x/nettest/bubble_test.go:9 +0x26", false},
		{"/scenarios.(*dialogue).ask(0x1)", "/x/scenarios/tcp.go:9 +0x26", false},
		{"test.TestPing(0x1)", "/x/ping_test.go:9 +0x26", false},
	} {
		if got := isOurs(modulePath+tt.function, "\t"+tt.file); got != tt.want {
			t.Errorf("isOurs(%s, %s) = %t, want %t", tt.function, tt.file, got, tt.want)
		}
	}
}
