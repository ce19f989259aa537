package scenarios

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// DescribeTCPClient registers a Ginkgo container with one spec for each promise
// of a TCP client. Promises that no Keeps lists are skipped, as "not promised".
//
// subject is called when specs run, once for each exchange. args are Keeps(…), InMemory(…)
// and Ginkgo decorators: those for time, such as NodeTimeout, go to each spec, others
// to the container. It returns true, so that it can stand in "var _ =".
func DescribeTCPClient(text string, subject func() TCPClient, args ...any) bool {
	return describe(types.NewCodeLocation(1), text, tcpPromises, subject, args)
}

// DescribeUDPClient is DescribeTCPClient for a UDP client.
func DescribeUDPClient(text string, subject func() UDPClient, args ...any) bool {
	return describe(types.NewCodeLocation(1), text, udpPromises, subject, args)
}

// DescribeNetworkLogger is DescribeTCPClient for a logger.
func DescribeNetworkLogger(text string, subject func() NetworkLogger, args ...any) bool {
	return describe(types.NewCodeLocation(1), text, loggerPromises, subject, args)
}

// specBound ends a spec whatever happens. Long before, each exchange ends at its
// own bound, which is known only when the spec runs.
const specBound = 5 * time.Minute

// describe registers the specs of one subject. Each node gets the location of the
// Describe function's caller, so that reports point there.
func describe[S Subject](where types.CodeLocation, text string, known []Promise[S], subject func() S, args []any) bool {
	a := sortArguments[S](where, args)
	if strings.TrimSpace(text) == "" {
		a.errs = append(a.errs, fmt.Errorf("%w: the text is empty: say what the subject is called", ErrSubject))
	}
	return ginkgo.Describe(text, a.location, a.container, func() {
		if len(a.errs) > 0 {
			ginkgo.It("is attached to its scenarios", a.location, ginkgo.Label(kindOf(known)), ginkgo.Label(promiseLabel), a.wrong())
			return
		}
		label := ginkgo.Label(promiseLabel)
		if a.memory != nil {
			label = append(label, memoryLabel)
		}
		for _, p := range merge(known, a.kept) {
			decorators := append([]any{a.location, ginkgo.Label(p.Labels...), label, ginkgo.NodeTimeout(specBound)}, a.spec...)
			ginkgo.It(p.Name, decorators, a.body(text, p, subject))
		}
	})
}

// body returns the spec of p for the subject of that text.
func (a arguments[S]) body(text string, p Promise[S], subject func() S) func(ginkgo.SpecContext) {
	if !slices.ContainsFunc(a.kept, named[S](p.Name)) {
		return func(ginkgo.SpecContext) {
			note(notPromised, a.location)
			ginkgo.Skip("not promised")
		}
	}
	return func(ctx ginkgo.SpecContext) {
		var err error
		pprof.Do(ctx, pprof.Labels("subject", text), func(inner context.Context) { err = a.run(inner, p, subject) })
		if a.learning && errors.Is(err, ErrLacks) {
			note(notApplicable, a.location)
			ginkgo.Skip(err.Error())
		}
		note(verdictOf(err), a.location)
		if err != nil {
			fail(a.location, err)
		}
	}
}

// run runs one promise, on sockets or in memory.
func (a arguments[S]) run(ctx context.Context, p Promise[S], subject func() S) error {
	if a.memory == nil {
		return Run(ctx, p, subject)
	}
	if a.memory.suite == nil || *a.memory.suite == nil {
		return p.failure(errNoSuite)
	}
	return RunInMemory(ctx, *a.memory.suite, p, subject)
}

// wrong returns the spec of a subject that is attached wrongly.
func (a arguments[S]) wrong() func() {
	return func() {
		note(invalid, a.location)
		fail(a.location, errors.Join(a.errs...))
	}
}

// kindOf returns the label of the promises' medium.
func kindOf[S Subject](promises []Promise[S]) string { return promises[0].Labels[0] }

// fail fails the spec with err. Ginkgo says that it failed in this file, so the
// message begins with the user's line.
func fail(where types.CodeLocation, err error) { ginkgo.Fail(fmt.Sprintf("%v: %v", where, err)) }

// merge returns the known promises, and after them those of kept that are
// others.
func merge[S Subject](known, kept []Promise[S]) []Promise[S] {
	all := slices.Clone(known)
	for _, p := range kept {
		if i := slices.IndexFunc(all, named[S](p.Name)); i < 0 {
			all = append(all, p)
		} else {
			all[i] = p
		}
	}
	return all
}

func named[S Subject](name string) func(Promise[S]) bool {
	return func(p Promise[S]) bool { return p.Name == name }
}
