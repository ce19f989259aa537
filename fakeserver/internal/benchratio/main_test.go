package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What makes no sense is refused before anything is measured.
func TestRefusesWhatMakesNoSense(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere", "file")
	for want, o := range map[string]options{
		"-slices is 0":      {},
		"it is for -grow":   {slices: 1, growSVG: nowhere},
		"it is -growsvg":    {slices: 1, growth: true, svg: nowhere},
		"-max is 0":         {slices: 1, growth: true},
		"matches no row":    {slices: 1, run: "Nothing"},
		"matches no curve":  {slices: 1, growth: true, run: "Nothing"},
		"missing closing )": {slices: 1, run: "("},
		"nowhere":           {slices: 1, run: "Echo1", json: nowhere},
	} {
		if err := o.do(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("do = %v, want %q", err, want)
		}
	}
	o := options{slices: 1, growth: true, max: 1, run: "RuleReport", growSVG: nowhere}
	if err := o.do(t.Context()); !os.IsNotExist(err) {
		t.Errorf("do = %v, want that the picture can't be written", err)
	}
}

// What was measured before an interrupt is written.
func TestInterruptKeepsWhatThereIs(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	for file, o := range map[string]options{
		"table.json":  {slices: 1, run: "^(Echo1|LifeAllocs)$"},
		"curves.json": {slices: 1, growth: true, max: 1, run: "RuleReport"},
	} {
		o.json, o.maxTime = filepath.Join(t.TempDir(), file), time.Minute
		if err := o.do(ctx); err == nil || !strings.Contains(err.Error(), "interrupted in ") {
			t.Errorf("%s: do = %v, want that it was interrupted", file, err)
		}
		if text, err := os.ReadFile(o.json); err != nil || !strings.Contains(string(text), `"go":`) {
			t.Errorf("%s: %s, %v, want what there is", file, text, err)
		}
	}
	m := &measuring{slices: 3, deadline: time.Now().Add(time.Minute), stop: ctx.Done()}
	r, err := findRow("Echo1")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.row(r); err != nil || len(got.figures) != 0 {
		t.Errorf("after an interrupt there are %d pairs, %v, want none", len(got.figures), err)
	}
}

// With few slices, a figure is not measured more often.
func TestFewSlicesBoundFigures(t *testing.T) {
	m := &measuring{slices: 2, began: time.Now(), deadline: time.Now().Add(time.Minute)}
	r, err := findRow("LifeGoroutines")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.row(r); err != nil || len(got.figures) != 2 || got.enough {
		t.Errorf("%d figures, enough: %v, %v; want 2, and not enough", len(got.figures), got.enough, err)
	}
}
