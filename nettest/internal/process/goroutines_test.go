package process

import (
	"slices"
	"strings"
	"testing"
)

func TestGoroutinesAreTheOthersWithTheirFamilies(t *testing.T) {
	end, ids := make(chan struct{}), make(chan string, 3)
	wait := func() {
		ids <- Self()
		<-end
	}
	go wait() // of no family but the test's
	go func() {
		go wait()
		wait()
	}()
	defer close(end)
	want := []string{<-ids, <-ids, <-ids}

	all := Goroutines()
	var stranger, parent string
	for _, g := range all {
		switch {
		case !slices.Contains(want, g.ID):
		case g.Creator == Self() && strings.Contains(g.Stack, ".func2("):
			parent = g.ID
		case g.Creator == Self():
			stranger = g.ID
		}
		if g.ID == Self() {
			t.Error("the caller is one of the others")
		}
	}
	family := Family(all, parent)
	if len(family) != 2 || slices.ContainsFunc(family, func(g Goroutine) bool { return g.ID == stranger }) {
		t.Errorf("the family of %s is %v, want itself and the one it started", parent, family)
	}
	for _, g := range family {
		if name := g.Maker(); !strings.HasPrefix(name, "github.com/fakewire/fakewire/nettest/internal/process.TestGoroutines") {
			t.Errorf("%s was started by %q", g.ID, name)
		}
	}
}

// However long their stacks are together, none is cut off.
func TestGoroutinesAreAllOfMany(t *testing.T) {
	const many = 1000
	end, begun := make(chan struct{}), make(chan struct{})
	defer close(end)
	for range many {
		go func() {
			begun <- struct{}{}
			<-end
		}()
	}
	for range many {
		<-begun
	}
	started := 0
	for _, g := range Goroutines() {
		if g.Creator == Self() && strings.Contains(g.Maker(), "TestGoroutinesAreAllOfMany") {
			started++
		}
	}
	if started != many {
		t.Errorf("%d of %d goroutines are found", started, many)
	}
}

func TestGoroutineOfTheRuntimeHasNoMaker(t *testing.T) {
	g := Goroutine{Stack: "goroutine 1 [running]:\nmain.main()\n\t/tmp/main.go:1 +0x1"}
	if g.Maker() != "" || creatorOf(g.Stack) != "" || idOf(g.Stack) != "1" {
		t.Errorf("%q was started by %q in %q", idOf(g.Stack), g.Maker(), creatorOf(g.Stack))
	}
}
