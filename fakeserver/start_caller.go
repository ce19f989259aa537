package fakeserver

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// callerOfStart returns the file and line outside this package that called Start, and
// whether that is in the test's function itself, and not in a helper of it.
func callerOfStart() (where string, inTest bool) {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		outside := !strings.HasPrefix(f.Function, packagePath+".")
		if outside || strings.HasSuffix(f.File, "_test.go") {
			by, _ := frames.Next()
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line), strings.HasPrefix(by.Function, "testing.")
		}
		if !more {
			return "?", false
		}
	}
}

// packagePath is this package's import path.
var packagePath = func() string {
	pc, _, _, _ := runtime.Caller(0)
	name := runtime.FuncForPC(pc).Name()
	slash := strings.LastIndex(name, "/")
	return name[:slash+1+strings.Index(name[slash+1:], ".")]
}()

// tellsLines reports whether tb puts the caller of Start in front of what fails in a cleanup,
// as package testing does, but not in bubbles: there it finds only itself.
func tellsLines(tb TB) bool {
	t := reflect.TypeOf(tb)
	return t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "testing" && !inBubble()
}

// isDying reports whether the caller, a cleanup, runs because the test panics, or ended its
// goroutine other than by FailNow and SkipNow. It has not failed by then: that comes later, with
// the end of the program. A spec of Ginkgo's has, since its cleanups run in goroutines of their
// own; what other tests make of a panic is theirs.
func isDying(tb TB) bool {
	if tb.Failed() || tb.Skipped() {
		return false
	}
	var pcs [64]uintptr
	caller := ""
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			name := runtime.FuncForPC(pc - 1).Name() // of the call, and not of what it returns to
			if caller == "" && !strings.HasPrefix(name, packagePath+".") {
				caller = name
			}
			if name == "runtime.gopanic" || name == "runtime.Goexit" {
				return strings.HasPrefix(caller, "testing.")
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}
