package peers

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// sum is a Clock that only sees to it that the bodies use theirs.
type sum struct {
	began time.Time
	took  time.Duration
}

func (s *sum) StartTimer() { s.began = time.Now() }
func (s *sum) StopTimer()  { s.took += time.Since(s.began) }

// What is compared works, on both sides: every byte and every reply arrives.
func TestBodies(t *testing.T) {
	for _, w := range Works() {
		for side, body := range map[string]benchwork.Body{"peer": w.Raw, "fakewire": w.Kit} {
			t.Run(w.Name+"/"+side, func(t *testing.T) {
				if raceEnabled && side == "peer" && strings.HasPrefix(w.Name, "PeerGoTCPProxy") {
					t.Skip("go-tcp-proxy's two goroutines write Proxy.erred without a lock")
				}
				n := min(w.Slice, 100)
				var clock sum
				done, err := body(&clock, n)
				if err != nil || done != n || clock.took <= 0 {
					t.Fatalf("body(%d) = %d, %v in %v, want %[1]d, nil", n, done, err, clock.took)
				}
			})
		}
	}
}

// A body that gets other than it should fails.
func TestBodiesCheckWhatTheyGet(t *testing.T) {
	wrong := ping
	wrong.begins = "+GNOP"
	if _, err := wrong.lives(startMiniredis)(&sum{}, 1); err == nil {
		t.Error("a talk took a reply that begins otherwise")
	}
	if err := transfer(&sum{}, startAdding); err == nil || !strings.Contains(err.Error(), "16777217 bytes") {
		t.Errorf("a proxy that adds a byte: %v", err)
	}
}

func TestNamesBeginWithPeer(t *testing.T) {
	for _, w := range Works() {
		if !strings.HasPrefix(w.Name, "Peer") {
			t.Errorf("%s: -run '^Peer' does not find it", w.Name)
		}
	}
}

// startAdding starts a proxy that adds a byte at the end.
func startAdding(upstream string) (benchwork.Target, error) {
	return benchwork.NewRawServer(func(c net.Conn) {
		up, err := net.Dial("tcp", upstream)
		if err != nil {
			return
		}
		defer up.Close()
		io.Copy(up, io.MultiReader(c, strings.NewReader("x")))
	})
}
