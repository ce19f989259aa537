package inmemory

import (
	"errors"
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

// What the works measure works.
func TestWorks(t *testing.T) {
	for _, w := range Works() {
		for side, body := range map[string]benchwork.Body{"raw": w.Raw, "kit": w.Kit} {
			t.Run(w.Name+"/"+side, func(t *testing.T) {
				var clock sum
				if done, err := body(&clock, 500); done != 500 || err != nil || clock.took <= 0 {
					t.Fatalf("body(500) = %d, %v in %v, want 500, nil", done, err, clock.took)
				}
			})
		}
	}
}

// A connection that ends before all has passed fails a body.
func TestWorksFailWithoutTheirBytes(t *testing.T) {
	broken := func() (client, server net.Conn, err error) {
		client, server, err = memoryPair()
		return client, cut{server}, err
	}
	body := onPair(broken, func(_ benchwork.Clock, client, server net.Conn, n int) error { return stream(client, server, 64, n) })
	if _, err := body(new(sum), 10); !errors.Is(err, errCut) {
		t.Errorf("body = %v, want %v", err, errCut)
	}
	if _, err := pingPongs(broken)(new(sum), 10); err == nil {
		t.Error("a ping-pong without answers is none")
	}
}

var errCut = errors.New("cut")

// A cut connection closes with its first Read.
type cut struct{ net.Conn }

func (c cut) Read([]byte) (int, error) {
	c.Close()
	return 0, errCut
}

func (c cut) Close() error {
	c.Conn.Close()
	return nil
}

func TestFigures(t *testing.T) {
	inMain := suite
	suite = func() *testing.T { return t }
	defer func() { suite = inMain }()
	for _, f := range Figures() {
		if x, err := f.Measure(); x <= 0 || err != nil {
			t.Errorf("%s = %v, %v, want more than 0", f.Name, x, err)
		} else {
			t.Logf("%s: %.3f %s", f.Name, x, f.Unit)
		}
	}
}

// A minute is one of the bubble's.
func TestIdle(t *testing.T) {
	inMain := suite
	suite = func() *testing.T { return t }
	defer func() { suite = inMain }()
	if took, passed, err := idle(3); took >= time.Minute || passed != 3*time.Minute || err != nil {
		t.Errorf("idle(3) = %v, %v, %v, want less, 3 minutes, nil", took, passed, err)
	}
}

// A plan whose rules never act is none that ends a connection.
func TestEndingsActInTheDialogue(t *testing.T) {
	for _, p := range endings() {
		text := p.Rules[0].String()
		if !strings.Contains(text, "conn 1") || !strings.HasPrefix(text, "close") && !strings.HasPrefix(text, "reset") {
			t.Errorf("%s ends no connection", text)
		}
	}
}
