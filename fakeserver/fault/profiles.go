package fault

import (
	"fmt"
	"strings"
	"time"
)

// Profile3G is a mobile link of the third generation: 1.6 Mbit/s down, 768 kbit/s
// up, 300 ms there and back, nothing lost. That is WebPageTest's "Mobile 3G"
// (connectivity.ini.sample). Its "3G - Fast" has half the latency; the "3G" of
// Apple's Network Link Conditioner has 780 and 330 kbit/s, and 200 ms.
//
// This holds for all profiles. They are rules like any others: change them, add to
// them, print them with %#v. Down is ToClient, up FromClient, and the latency is
// half on each where the source does not say. Rates are of the bytes that programs
// see, without headers. No rule has to be reached (NeedNotFire). On streams nothing
// is lost, because TCP repairs loss: what it costs is lateness. Connecting is not
// slower, for the kernel shakes hands by itself.
func Profile3G(m Medium) Plan { return link3G.plan(m) }

var link3G = link{
	name: "3g",
	down: way{1_600_000, 150 * time.Millisecond},
	up:   way{768_000, 150 * time.Millisecond},
}

// ProfileEDGE is a mobile link of the second generation: 240 kbit/s and 400 ms
// down, 200 kbit/s and 440 ms up, nothing lost. Apple's Network Link Conditioner
// ("Edge, Average Case"), Facebook's Augmented Traffic Control ("Edge - Average")
// and WebPageTest ("Mobile Edge", 840 ms there and back) agree on that. See
// Profile3G for what holds for all profiles.
func ProfileEDGE(m Medium) Plan { return linkEDGE.plan(m) }

var linkEDGE = link{
	name: "edge",
	down: way{240_000, 400 * time.Millisecond},
	up:   way{200_000, 440 * time.Millisecond},
}

// ProfileDSL is a slow telephone line: 1.5 Mbit/s down, 384 kbit/s up, 50 ms there
// and back, nothing lost. That is WebPageTest's "DSL". Augmented Traffic Control
// and the Network Link Conditioner have 2 Mbit/s, 256 kbit/s and 10 ms. See
// Profile3G for what holds for all profiles.
func ProfileDSL(m Medium) Plan { return linkDSL.plan(m) }

var linkDSL = link{
	name: "dsl",
	down: way{1_500_000, 25 * time.Millisecond},
	up:   way{384_000, 25 * time.Millisecond},
}

// ProfileSatellite is a link by a geostationary satellite: 18.13 Mbit/s down, 3.38
// Mbit/s up, 630 ms there and back, nothing lost. Those are the medians that Ookla
// measured for Viasat in the USA in the second quarter of 2021. Light alone takes
// up to 558 ms for that way (RFC 2488, section 2). See Profile3G for what holds for
// all profiles.
func ProfileSatellite(m Medium) Plan { return linkSatellite.plan(m) }

var linkSatellite = link{
	name: "satellite",
	down: way{18_130_000, 315 * time.Millisecond},
	up:   way{3_380_000, 315 * time.Millisecond},
}

// ProfileLossyWiFi is a wireless link with a poor signal: 40 Mbit/s down, 33 Mbit/s
// up and 1 ms each way, as in the Network Link Conditioner's "Wi-Fi". Datagrams are
// lost in bursts, 4.8 % of them: two in a row, then forty that pass, on average, as
// in str0m-netem's "wifi_lossy" (Gilbert and Elliott's model with p = 1/40 and
// r = 1/2).
//
// Streams lose nothing and are late instead: log-normal, half of the cells of 1460
// bytes by less than 5 ms, one in a hundred by more than 200 ms, which is what
// Linux waits at least before it sends again (TCP_RTO_MIN). That shape is our
// choice and no measurement. See Profile3G for what holds for all profiles.
func ProfileLossyWiFi(m Medium) Plan { return linkLossyWiFi.plan(m) }

var linkLossyWiFi = link{
	name:   "lossy-wifi",
	down:   way{40_000_000, time.Millisecond},
	up:     way{33_000_000, time.Millisecond},
	loss:   BurstLoss{P: 1. / 40, R: 1. / 2},
	repair: Latency{Delay: 5 * time.Millisecond, Jitter: 195 * time.Millisecond, Distribution: LogNormal},
}

// links are all profiles.
var links = []link{linkEDGE, linkDSL, link3G, linkSatellite, linkLossyWiFi}

// Profiles returns the names that Profile takes.
func Profiles() []string {
	names := make([]string, len(links))
	for i, l := range links {
		names[i] = l.name
	}
	return names
}

// Profile returns the profile of that name for use on m: "3g" is Profile3G(m). An
// unknown name gives an error that wraps ErrPlan and lists the names.
func Profile(name string, m Medium) (Plan, error) {
	for _, l := range links {
		if l.name == name {
			return l.plan(m), nil
		}
	}
	return Plan{}, fmt.Errorf("%w: no profile is named %q, want one of %s", ErrPlan, name, strings.Join(Profiles(), ", "))
}

// A link is what profiles are made of.
type link struct {
	name     string
	down, up way       // to the client, and from it
	loss     BurstLoss // of datagrams
	repair   Latency   // of streams, on which TCP repairs that loss; it includes the delay
}

// A way is one direction of a link.
type way struct {
	bitsPerSecond int64
	delay         time.Duration
}

func (l link) plan(m Medium) Plan {
	down := l.rules(m, "down", l.down, ToClient)
	return Plan{Rules: append(down, l.rules(m, "up", l.up, FromClient)...)}
}

// rules returns the rules of one direction. They have names, so that a user's own
// rules never change their draws.
func (l link) rules(m Medium, direction string, w way, on func(Fault) Rule) []Rule {
	var rules []Rule
	add := func(f Fault) {
		name := strings.Join([]string{l.name, direction, f.Kind()}, ".")
		rules = append(rules, on(f).NeedNotFire().Named(name))
	}
	delay := Latency{Delay: w.delay}
	switch {
	case l.loss == BurstLoss{}:
	case m == Datagrams:
		add(l.loss)
	default:
		delay = l.repair
	}
	add(delay)
	add(Bandwidth{BytesPerSecond: w.bitsPerSecond / 8})
	return rules
}
