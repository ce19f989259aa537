package fault

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPeerWindows(t *testing.T) {
	all := FromClient(Loss{Rate: 1})
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{all, "00000000"},
		{all.AfterDatagrams(3), "11100000"},
		{all.ForDatagrams(2), "00111111"},
		{all.AfterDatagrams(3).ForDatagrams(1), "11101111"},
		{all.AfterDatagrams(3).ForDatagrams(9), "11100000"},
		{all.Times(3), "00011111"},
		{all.AfterDatagrams(1).Times(2), "10011111"},
		{FromClient(Loss{Every: 2}).Times(2), "10101111"},
		{FromClient(Loss{Every: 2}).ForDatagrams(5), "10101111"},
		{all.WithProbability(0), "11111111"},
		{all.WithProbability(1), "00000000"},
		{all.FromConn(1), "00000000"},
		{all.FromConn(2), "11111111"},
		{all.OnConn(3, 1), "00000000"},
		{ToClient(Loss{Rate: 1}), "11111111"},
	} {
		if got := fates(compile(t, Datagrams, 1, tt.rule), 1, 8); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.rule, got, tt.want)
		}
	}
}

func TestPeerTimes(t *testing.T) {
	all := FromClient(Loss{Rate: 1})
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{all.AfterTime(30 * ms), "11100000"},
		{all.AfterTime(31 * ms), "11110000"},
		{all.ForTime(20 * ms), "00111111"},
		{all.AfterTime(25 * ms).ForTime(20 * ms), "11100111"},
		{all.AfterTime(20 * ms).AfterDatagrams(4), "11110000"},
		{all.AfterTime(20 * ms).AfterDatagrams(4).ForTime(10 * ms), "11110111"},
		{all.AfterTime(20 * ms).ForDatagrams(2), "11001111"},
		{FromClient(Loss{Nth: 2}).AfterTime(20 * ms), "11101111"},
	} {
		p := compile(t, Datagrams, 1, tt.rule).Peer(1, fromClient)
		got := ""
		for i := range 8 { // one each 10 ms
			got += fmt.Sprint(len(p.Next(nil, time.Duration(i)*10*ms).Copies))
		}
		if got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.rule, got, tt.want)
		}
	}
}

func TestPeerChance(t *testing.T) {
	for _, p := range []float64{.1, .5} {
		wantIndependent(t, FromClient(Duplicate{Rate: 1}).WithProbability(p), p)
		wantIndependent(t, FromClient(Loss{Rate: .5}).WithProbability(p), p/2) // two draws that are apart
	}
}

func TestPeersAndDirectionsCountApart(t *testing.T) {
	g := compile(t, Datagrams, 1, FromClient(Loss{Nth: 2}).Named("a"), ToClient(Loss{Nth: 1}).Named("b"))
	if got := fates(g, 1, 3) + fates(g, 2, 3); got != "101101" {
		t.Errorf("fates = %s", got)
	}
	if v := g.Peer(1, toClient).Next(nil, 0); len(v.Copies) != 0 || v.Fired[0].Rule != "b" {
		t.Errorf("to the client: %+v", v)
	}
}

func TestPeerRulesDoNotActOnALostDatagram(t *testing.T) {
	v := compile(t, Datagrams, 1, FromClient(Corrupt{Bits: []int64{0}}), FromClient(Loss{Nth: 1}), FromClient(Duplicate{Rate: 1}), FromClient(Reorder{Rate: 1})).
		Peer(1, fromClient).Next([]byte("a"), 0)
	if len(v.Copies) != 0 || len(v.Fired) != 2 {
		t.Errorf("verdict = %+v, want it corrupted, lost, and nothing else", v)
	}
}

func TestVerdictsSayWhatHappened(t *testing.T) {
	for _, tt := range []struct {
		rules     []Rule
		texts     string
		delivered []string
	}{
		{
			[]Rule{
				FromClient(Truncate{Size: 1}), FromClient(Corrupt{Bits: []int64{0}}), FromClient(Latency{Delay: ms}),
				FromClient(Duplicate{Rate: 1}), FromClient(Reorder{Rate: 1, Gap: 2}),
			},
			"cut to 1 byte, bit 0 flipped at offset 0, delayed by 1ms, delivered 2 times, delivered after the next 2",
			[]string{"`+1ms>2", "`+1ms>2"},
		},
		{
			[]Rule{
				FromClient(Enlarge{Size: 4}), FromClient(Overwrite{At: 2, Bytes: []byte("xyz")}), FromClient(Duplicate{Rate: 1, Gap: 3}),
				FromClient(Forge{At: 3, Bytes: []byte("!!")}), FromClient(Forge{Bytes: []byte("?"), First: true}),
			},
			"padded to 4 bytes, 2 bytes overwritten at offset 2, delivered 2 times, the copies after the next 3, " +
				"delivered 3 times, the last forged, delivered 4 times, the first forged",
			[]string{"?bxy", "abxy", "abxy>3", "abx!"},
		},
		{[]Rule{FromClient(Truncate{Size: 2}), FromClient(BurstLoss{P: 1, R: 1}), FromClient(Enlarge{Size: 9})}, "cut to 2 bytes, lost", []string{"-"}},
	} {
		v := compile(t, Datagrams, 1, tt.rules...).Peer(1, fromClient).Next([]byte("abc"), 0)
		var texts []string
		for _, hit := range v.Fired {
			texts = append(texts, hit.Text)
		}
		if got := strings.Join(texts, ", "); got != tt.texts {
			t.Errorf("texts = %s\n want  %s", got, tt.texts)
		}
		if got := deliveries(v); !slices.Equal(got, tt.delivered) {
			t.Errorf("%s: delivered %q, want %q", tt.texts, got, tt.delivered)
		}
	}
}

// With any rules, a datagram is whole, or something says what became of it.
func TestPeerDeliversOrNamesEveryDatagram(t *testing.T) {
	check(t, 300, func(t *rapid.T) {
		var rules []Rule
		for range between(t, 1, 5, "rules") {
			r := FromClient(drawDatagramFault(t)).AfterDatagrams(int64(between(t, 0, 5, "after"))).Times(between(t, 0, 20, "times"))
			if _, once := r.Fault.(pointFault); once {
				r.Limit = 0
			}
			rules = append(rules, r)
		}
		g := compile(t, Datagrams, 3, rules...)
		p := g.Peer(1, fromClient)
		hits := map[string]int64{}
		for i := range 60 {
			v := carried(p, "datagram")
			for _, hit := range v.Fired {
				if len(v.Copies) > 0 || hit.Copy == 0 {
					hits[hit.Rule]++
				}
			}
			touched := !slices.Equal(deliveries(v), []string{"datagram"}) || len(v.Buckets) > 0
			if touched && len(v.Fired) == 0 || v.Number != int64(i+1) {
				t.Fatalf("datagram %d: %+v, and no rule did it", i+1, v)
			}
		}
		for _, o := range g.Report().Rules {
			if o.Count != hits[o.Key] || o.Rule.Limit > 0 && o.Count > int64(o.Rule.Limit) {
				t.Fatalf("%s acted %d times, the report says %d, the limit is %d", o.Key, hits[o.Key], o.Count, o.Rule.Limit)
			}
		}
	})
}
