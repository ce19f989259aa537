package nettest_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
)

// A probe is a test that may fail without failing the one it is made of.
type probe struct {
	*testing.T
	errors, log []string
	skipped     bool
	cleanups    []func()
}

func (p *probe) Errorf(format string, args ...any) {
	p.errors = append(p.errors, fmt.Sprintf(format, args...))
}
func (p *probe) Logf(format string, args ...any) { p.log = append(p.log, fmt.Sprintf(format, args...)) }
func (p *probe) Failed() bool                    { return len(p.errors) > 0 }
func (p *probe) Skipped() bool                   { return p.skipped }
func (p *probe) Cleanup(f func())                { p.cleanups = append(p.cleanups, f) }

func (p *probe) Fatalf(format string, args ...any) {
	p.Errorf(format, args...)
	runtime.Goexit()
}

// end ends the test: its cleanups run, the last one first.
func (p *probe) end() {
	for _, f := range slices.Backward(p.cleanups) {
		f()
	}
}
