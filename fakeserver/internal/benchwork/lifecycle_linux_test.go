package benchwork

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
)

// livesVariable has this program do nothing but lives, "kit" or "raw" ones.
const livesVariable = "FAKEWIRE_LIVES"

const tracedLives = 200

func TestMain(m *testing.M) {
	start := map[string]func() (Target, error){"raw": NewRawEcho, "kit": NewKitEcho}[os.Getenv(livesVariable)]
	if start == nil {
		os.Exit(m.Run())
	}
	for range tracedLives {
		if err := liveUntilFIN(start); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// chance are the system calls that are as many as it happens: of the scheduler, and a read or an accept for which there is nothing yet.
var chance = []string{"epoll_pwait", "read", "write", "accept4"}

// Each call that a server makes beyond those of package net has its reason:
//
//	poll        does a connection wait to be accepted, which closing the listener would reset?
//	getsockopt  is the end of the stream that was read a FIN, or has an RST come that something else has heard of?
//	shutdown    a FIN, and only then the rest is read: a close may be an RST
func TestLifeCycleSystemCalls(t *testing.T) {
	strace := servertest.Tool(t, "strace")
	raw, kit := systemCalls(t, strace, "raw"), systemCalls(t, strace, "kit")
	want := map[string]int{"poll": 1, "ppoll": 1, "getsockopt": 1, "shutdown": 1}
	for _, call := range slices.Sorted(maps.Keys(kit)) {
		more := float64(kit[call]-raw[call]) / tracedLives
		t.Logf("%s: %+.2f in each life", call, more)
		if !slices.Contains(chance, call) && int(math.Round(more)) > want[call] {
			t.Errorf("%s: %+.2f in each life, want %d at most", call, more, want[call])
		}
	}
}

// systemCalls returns how often lives make each call that has to do with sockets and files.
func systemCalls(t *testing.T, strace, side string) map[string]int {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	file := filepath.Join(t.TempDir(), "calls")
	cmd := exec.CommandContext(ctx, strace, "-f", "-c", "-U", "name,calls", "-o", file, "-e", "trace=%network,%desc", os.Args[0])
	cmd.Env = append(os.Environ(), livesVariable+"="+side)
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "Operation not permitted") && os.Getenv("FAKEWIRE_REQUIRE_TOOLS") == "" {
		t.Skipf("strace may not trace here:\n%s", out)
	}
	if err != nil {
		t.Fatalf("strace: %v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 2 {
			if n, err := strconv.Atoi(fields[1]); err == nil && fields[0] != "total" {
				counts[fields[0]] = n
			}
		}
	}
	if counts["socket"] < 2*tracedLives {
		t.Fatalf("strace has counted %d sockets in %d lives:\n%s", counts["socket"], tracedLives, text)
	}
	return counts
}
