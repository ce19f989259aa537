package fault

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// The figures are those of the doc comments.
func TestProfilesHaveTheirFigures(t *testing.T) {
	for _, tt := range []struct {
		name           string
		make           func(Medium) Plan
		down, up       int64 // bit/s
		downLag, upLag time.Duration
	}{
		{"3g", Profile3G, 1_600_000, 768_000, 150 * time.Millisecond, 150 * time.Millisecond},
		{"edge", ProfileEDGE, 240_000, 200_000, 400 * time.Millisecond, 440 * time.Millisecond},
		{"dsl", ProfileDSL, 1_500_000, 384_000, 25 * time.Millisecond, 25 * time.Millisecond},
		{"satellite", ProfileSatellite, 18_130_000, 3_380_000, 315 * time.Millisecond, 315 * time.Millisecond},
		{"lossy-wifi", ProfileLossyWiFi, 40_000_000, 33_000_000, time.Millisecond, time.Millisecond},
	} {
		p := tt.make(Datagrams)
		if got := speed(p, transcript.ToClient); got != tt.down {
			t.Errorf("%s: %d bit/s down, want %d", tt.name, got, tt.down)
		}
		if got := speed(p, transcript.FromClient); got != tt.up {
			t.Errorf("%s: %d bit/s up, want %d", tt.name, got, tt.up)
		}
		if got := lag(t, p, transcript.ToClient); got != tt.downLag {
			t.Errorf("%s: %v down, want %v", tt.name, got, tt.downLag)
		}
		if got := lag(t, p, transcript.FromClient); got != tt.upLag {
			t.Errorf("%s: %v up, want %v", tt.name, got, tt.upLag)
		}
		for _, m := range []Medium{Streams, Datagrams} {
			byName, err := Profile(tt.name, m)
			if err != nil || !reflect.DeepEqual(byName, tt.make(m)) {
				t.Errorf("Profile(%q) on %v is %#v, %v, want %#v", tt.name, m, byName, err, tt.make(m))
			}
		}
	}
}

// speed returns the bandwidth of a direction in bit/s.
func speed(p Plan, d transcript.Direction) int64 {
	for _, r := range p.Rules {
		if b, ok := r.Fault.(Bandwidth); ok && r.Direction == d {
			return 8 * b.BytesPerSecond
		}
	}
	return 0
}

// lag returns by how much the program delays a datagram.
func lag(t *testing.T, p Plan, d transcript.Direction) time.Duration {
	peer := compile(t, Datagrams, 1, p.Rules...).Peer(1, d)
	for range 100 {
		if v := peer.Next([]byte("x"), 0); len(v.Copies) > 0 {
			return v.Copies[0].Delay
		}
	}
	return -1
}

func TestProfilesMakeSense(t *testing.T) {
	for _, name := range Profiles() {
		for _, m := range []Medium{Streams, Datagrams} {
			p, err := Profile(name, m)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Validate(m); err != nil {
				t.Errorf("%s on %v: %v", name, m, err)
			}
			for i, r := range p.Rules {
				if r.Demand != NeedNotFire || !strings.HasPrefix(r.Name, name+".") {
					t.Errorf("%s on %v: rule %d must be reached, or has the name %q", name, m, i+1, r.Name)
				}
			}
		}
	}
}

func TestProfileThatThereIsNot(t *testing.T) {
	_, err := Profile("5g", Streams)
	if !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), `"5g", want one of edge, dsl, 3g, satellite, lossy-wifi`) {
		t.Errorf("Profile = %v", err)
	}
}

// A caller who changes a profile changes no other's.
func TestProfilesAreNotShared(t *testing.T) {
	p := Profile3G(Streams)
	p.Rules[0] = p.Rules[0].Named("mine")
	if got := Profile3G(Streams).Rules[0].Name; got == "mine" {
		t.Error("the profile changed")
	}
}

func TestProfileLossyWiFiLosesInBursts(t *testing.T) {
	peer := compile(t, Datagrams, 1, ProfileLossyWiFi(Datagrams).Rules...).Peer(1, transcript.ToClient)
	const n = 200_000
	lost, bursts, before := 0, 0, false
	for range n {
		is := len(peer.Next([]byte("x"), 0).Copies) == 0
		if is {
			lost++
			if !before {
				bursts++
			}
		}
		before = is
	}
	if share := float64(lost) / n; math.Abs(share-2./42) > .003 {
		t.Errorf("%.4f of all datagrams are lost, want %.4f", share, 2./42)
	}
	if length := float64(lost) / float64(bursts); math.Abs(length-2) > .1 {
		t.Errorf("a burst has %.2f datagrams, want 2", length)
	}
}

func TestProfileLossyWiFiMakesStreamsLate(t *testing.T) {
	var late Latency
	for _, r := range ProfileLossyWiFi(Streams).Rules {
		if l, ok := r.Fault.(Latency); ok {
			late = l
		}
		if !worksOn(r.Fault, Streams) {
			t.Errorf("%s is not for streams", r.Fault.Kind())
		}
	}
	const n = 100_000
	d, slow, verySlow := newDraws(1, "x", 1, transcript.ToClient), 0, 0
	for cell := range int64(n) {
		if by := late.delay(d, cell); by > 200*time.Millisecond {
			verySlow++
		} else if by > 5*time.Millisecond {
			slow++
		}
	}
	if half, hundredth := float64(slow+verySlow)/n, float64(verySlow)/n; math.Abs(half-.5) > .01 || math.Abs(hundredth-.01) > .002 {
		t.Errorf("%.3f are later than 5 ms, want half; %.4f later than 200 ms, want 0.01", half, hundredth)
	}
}
