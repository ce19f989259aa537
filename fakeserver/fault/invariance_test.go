package fault

import (
	"fmt"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"pgregory.net/rapid"
)

func TestDecisionsDoNotDependOnHowBytesAreCut(t *testing.T) { check(t, 1000, chunkInvariance) }

// The same for each kind of fault without others, so that a failure names it. It must act
// sometimes, or that it decides the same would mean nothing.
func TestDecisionsOfEachFaultDoNotDependOnHowBytesAreCut(t *testing.T) {
	for _, kind := range Generators.Directed() {
		t.Run(kind, func(t *testing.T) {
			acted := false
			checkAtLeast(t, 100, func(t *rapid.T) {
				data := drawData(t)
				var rules []Rule
				for range between(t, 1, 3, "rules") {
					rules = append(rules, drawStreamRule(t, len(data), kind))
				}
				acted = wantInvariance(t, data, rules).acted() || acted
			})
			if !acted {
				t.Error("it never acted")
			}
		})
	}
}

func chunkInvariance(t *rapid.T) {
	data := drawData(t)
	wantInvariance(t, data, drawStreamRules(t, len(data)))
}

// wantInvariance checks that rules decide the same about the same bytes, however
// they are cut, and that every byte is accounted for. It returns the report.
func wantInvariance(t *rapid.T, data string, rules []Rule) (report Report) {
	plan := Plan{Seed: rapid.Uint64().Draw(t, "seed"), Rules: rules}
	run := func(how feeding) (*trace, string) {
		g := compilePlan(t, Streams, plan)
		s := g.Stream(1, toClient)
		if s == nil {
			return &trace{}, ""
		}
		tr := drive(s, data, how)
		report = g.Report()
		return tr, fmt.Sprintf("%v\n%s%+v", tr, g.Report(), g.Report())
	}
	how := drawFeeding(t, len(data))
	got, gotText := run(how)
	_, wantText := run(feeding{now: how.now})
	if gotText != wantText {
		t.Fatalf("in pieces of %v:\n%s\nwhole:\n%s", how.pieces, gotText, wantText)
	}
	if got.broken != "" {
		t.Fatal(got.broken)
	}
	return report
}

// FuzzStream looks for a plan and a cutting that break chunkInvariance. Without a
// limit, shrinking what is only interesting takes all the time:
//
//	go test -run - -fuzz FuzzStream -fuzztime 1m -fuzzminimizetime 10x ./fakeserver/fault
func FuzzStream(f *testing.F) {
	for seed := range byte(8) {
		words := make([]byte, 512)
		for i := range words {
			words[i] = byte(decide.Scramble(uint64(seed)<<32 + uint64(i)))
		}
		f.Add(words)
	}
	f.Fuzz(rapid.MakeFuzz(chunkInvariance))
}

// Each byte that passes is delivered once: where no transform changes lengths, as
// many bytes are delivered as passed, and where there is none, the same.
func TestStreamDeliversOrDropsEveryByte(t *testing.T) {
	check(t, 1000, func(t *rapid.T) {
		data := drawData(t)
		rules, changed := drawStreamRules(t, len(data)), false
		for i, r := range rules {
			switch f := r.Fault.(type) {
			case Replace:
				rules[i].Fault, changed = Replace{Old: f.Old, New: drawText(t, len(f.Old), len(f.Old), "as long")}, true
			case Corrupt, Overwrite:
				changed = true
			}
		}
		g := compile(t, Streams, 1, rules...)
		s := g.Stream(1, toClient)
		if s == nil {
			return
		}
		tr := drive(s, data, drawFeeding(t, len(data)))
		if tr.broken != "" || int64(len(tr.delivered)) != tr.passed {
			t.Fatalf("%d bytes passed and %d were delivered; %s", tr.passed, len(tr.delivered), tr.broken)
		}
		if !changed && tr.dropped == 0 && tr.delivered != data[:tr.passed] {
			t.Fatalf("%q became %q", data[:tr.passed], tr.delivered)
		}
		var dropped int64
		for _, o := range g.Report().Rules {
			dropped += o.Dropped
		}
		if dropped != tr.dropped {
			t.Fatalf("the report says %d bytes were dropped, of %d", dropped, tr.dropped)
		}
	})
}

// A reader that takes no more than Room never has to give anything back.
func TestRoomIsNeverOvershot(t *testing.T) {
	check(t, 1000, func(t *rapid.T) {
		data := drawData(t)
		g := compile(t, Streams, 1, drawStreamRules(t, len(data))...)
		s := g.Stream(1, toClient)
		if s == nil {
			return
		}
		s.Tick(0)
		for at := int64(0); at < int64(len(data)) && !ended(s); {
			n := min(s.Room(), int64(between(t, 1, len(data), "buffer")), int64(len(data))-at)
			if n < 1 {
				t.Fatalf("Room = %d at %d, and the stream has not ended", s.Room(), at)
			}
			for i, step := range s.Feed([]byte(data[at:at+n]), 0) {
				if step.Op.Ends() && step.Offset != at+n {
					t.Fatalf("step %d is a %v at %d, but the reader has %d", i, step.Op, step.Offset, at+n)
				}
			}
			if at += n; s.Taken() != at {
				t.Fatalf("the reader has %d bytes and %d were taken", at, s.Taken())
			}
		}
		if ended(s) && s.Room() != 0 {
			t.Fatalf("Room = %d after the ending", s.Room())
		}
	})
}
