package oneplan_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// One plan gives one outcome, wherever it runs: on the kernel's sockets or in memory, in
// virtual time or in real, in a fake server or in front of a real one.

// patience is a timeout that no run reaches unless something hangs.
const patience = time.Minute

// An outcome is what came of a script under a plan.
type outcome struct {
	canonical transcript.Canonical
	report    fault.Report
	heard     []string // by each client
}

// compare returns what is different in other.
func (o outcome) compare(other outcome) error {
	var errs []error
	if got, want := other.canonical.String(), o.canonical.String(); !other.canonical.Equal(o.canonical) {
		errs = append(errs, fmt.Errorf("the record is\n%swant\n%s", got, want))
	}
	if !reflect.DeepEqual(other.report, o.report) {
		errs = append(errs, fmt.Errorf("the report is\n%v%+v\nwant\n%v%+v", other.report, other.report, o.report, o.report))
	}
	if !slices.Equal(other.heard, o.heard) {
		errs = append(errs, fmt.Errorf("the clients heard\n%q\nwant\n%q", other.heard, o.heard))
	}
	return errors.Join(errs...)
}

// endOf says how a client's stream ended. A client that writes may learn of an RST by its
// Write, and its Read says EOF then.
func endOf(errs ...error) string {
	for _, err := range errs {
		for _, e := range []error{syscall.ECONNRESET, syscall.EPIPE, syscall.ENOTCONN} {
			if errors.Is(err, e) {
				return "reset"
			}
		}
	}
	for _, err := range errs {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return "gave up"
		}
		if err != nil {
			return err.Error()
		}
	}
	return "end of stream"
}

// awaitStart waits until a server whose plan lets it begin with an outage takes what is new.
func awaitStart(ctx context.Context, srv fakeserver.Wire, p fault.Plan) error {
	if !slices.ContainsFunc(p.Rules, func(r fault.Rule) bool { return r.Direction == fault.ServerStart }) {
		return nil
	}
	return srv.Wait(ctx, func(t transcript.Transcript) bool {
		for e := range t.Kind(transcript.Note).All() {
			if strings.HasPrefix(e.Text, "up: ") {
				return true
			}
		}
		return false
	})
}

// corpus returns the plans in a directory under testdata.
func corpus(t *testing.T, dir string) map[string]fault.Plan {
	t.Helper()
	plans := map[string]fault.Plan{}
	root := os.DirFS(filepath.Join("testdata", dir))
	files, err := fs.Glob(root, "*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d plans, %v", dir, len(files), err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(root, file)
		if err != nil {
			t.Fatal(err)
		}
		if plans[dir+"/"+strings.TrimSuffix(file, ".json")], err = fault.ParsePlan(text); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return plans
}

// wantAllKinds checks that the plans have every fault that the medium knows, in each
// direction that it is for, and every trigger.
func wantAllKinds(t *testing.T, m fault.Medium, triggers []string, plans ...map[string]fault.Plan) {
	t.Helper()
	seen := map[string]bool{}
	for _, some := range plans {
		for name, p := range some {
			if err := p.Validate(m); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for _, r := range p.Rules {
				seen[faultgen.Place(r.Direction)+" "+r.Fault.Kind()] = true
				maps.Copy(seen, triggersOf(r))
			}
		}
	}
	for _, want := range triggers {
		if !seen[want] {
			t.Errorf("no plan has %s", want)
		}
	}
	for _, kind := range faultgen.All(m) {
		for _, d := range faultgen.Directions(m, kind) {
			if !seen[faultgen.Place(d)+" "+kind] {
				t.Errorf("%s %v: no plan below testdata has it; add one, so that it is the same on every network", faultgen.Place(d), kind)
			}
		}
	}
}

// triggersOf says when and how often a rule acts.
func triggersOf(r fault.Rule) map[string]bool {
	has := map[string]bool{
		"only": len(r.Conns.Only) > 0, "from": r.Conns.From > 0,
		"after bytes": r.After.Bytes > 0, "after datagrams": r.After.Datagrams > 0,
		"after match": len(r.After.Match) > 0, "after time": r.After.Time > 0, "now": r.After.Now,
		"nth": r.After.Nth > 1, "every": r.After.Every, "plus": r.After.Plus > 0, "match in": r.After.MatchIn != transcript.Neither,
		"each of some matches": len(r.After.Match) > 0 && r.Limit > 1, "writes": r.After.Writes > 0, "contains": len(r.Contains) > 0,
		"until bytes": r.Until.Bytes > 0, "until datagrams": r.Until.Datagrams > 0, "until time": r.Until.Time > 0,
		"probability": r.Probability != nil, "limit": r.Limit > 0,
	}
	maps.DeleteFunc(has, func(_ string, is bool) bool { return !is })
	return has
}
