package explore

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// TCP explores a client of streams, and fails tb if something breaks it.
func TCP(tb fakeserver.TB, cfg Config, body Body) {
	tb.Helper()
	inTest(tb, cfg, fault.Streams, body)
}

// UDP explores a client of datagrams, and fails tb if something breaks it.
func UDP(tb fakeserver.TB, cfg Config, body Body) {
	tb.Helper()
	inTest(tb, cfg, fault.Datagrams, body)
}

// inTest explores in a test.
func inTest(tb fakeserver.TB, cfg Config, m fault.Medium, body Body) {
	tb.Helper()
	if t, ok := tb.(*testing.T); ok && cfg.Suite == nil {
		cfg.Suite = t
	}
	cfg.name, cfg.search = tb.Name(), searchOf(tb)
	if of := os.Getenv(childVariable); of != "" {
		if of == cfg.search {
			serveChild(tb, cfg, m, body)
		}
		return // another search of the child's test
	}
	cfg.Dir = dirOf(cfg, tb.Name())
	r, err := Search(context.Background(), cfg, m, body)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	for _, f := range r.Finds {
		f.Rerun = rerun(tb.Name())
		r.keep(tb, cfg.Dir, f)
		f.record(tb)
	}
	if len(r.Finds) > 0 {
		tb.Errorf("%v", r)
		return
	}
	tb.Logf("%v", r)
}

// record writes the recording of a run that the find breaks, if there is a directory for what failing tests leave.
func (f *Find) record(tb fakeserver.TB) {
	dir := fakeserver.ArtifactDir(tb)
	if dir == "" || f.Outcome == nil {
		return
	}
	rec := f.Outcome.Recording()
	rec.Origin.Test, rec.Origin.Rerun = tb.Name(), f.Rerun
	f.Files = fakeserver.WriteRecordings(dir, tb.Name(), rec)
}

// keep saves a find, or says why it can't.
func (r *Report) keep(tb fakeserver.TB, dir string, f *Find) {
	if f.Kept != "" {
		return
	}
	var err error
	if f.Kept, err = f.Save(dir); err == nil {
		return
	}
	r.Notes = append(r.Notes, fmt.Sprintf("the find can't be saved in %s, where it would be tried first: %v", dir, err))
	if away := fakeserver.ArtifactDir(tb); away != "" {
		f.Belongs = dir
		if f.Kept, err = f.Save(away); err != nil {
			r.Notes = append(r.Notes, err.Error())
		}
	}
}
