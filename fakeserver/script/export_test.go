package script

import (
	"reflect"
	"strconv"
)

// StepsOf returns what a file has for connection n.
func StepsOf(f *File, n int) Script { return f.scripts.of(n) }

// Same reports whether two scripts have the same steps, wherever they are written.
func Same(a, b Script) bool { return reflect.DeepEqual(plainSteps(a), plainSteps(b)) }

// plainSteps returns steps without their places, and patterns as their text.
func plainSteps(steps Script) (all []any) {
	for _, s := range steps {
		switch a := s.act.(type) {
		case expectMatch:
			all = append(all, a.in, a.max, a.pattern.text)
		case block:
			all = append(all, a.head(strconv.Quote))
			for _, part := range a.parts() {
				all = append(all, plainSteps(part))
			}
		default:
			all = append(all, a)
		}
	}
	return all
}
