// Package subject runs a piece of code that is put to the test, and tells what it does besides returning: whether it
// hangs, panics or leaves; which goroutines, connections and descriptors it leaves; how often it dials; how much
// processor time it takes.
//
// A subject may be anything that talks to a fake server, such as a client's method. [Call] runs it, and gives up on it
// when its time is over:
//
//	err := subject.Call(ctx, subject.Bound{Within: time.Second}, "Get", func(ctx context.Context) error {
//		_, err := client.Get(ctx, srv.Addr())
//		return err
//	})
//	if m, ok := errors.AsType[*subject.Misconduct](err); ok {
//		t.Fatalf("%v\n%s", m, srv.Transcript()) // it hung, panicked, or left its goroutine
//	}
//
// Packages scenarios and explore are made of this. A test that has only one call to bound is shorter with
// nettest.Within, and one that wants nothing to be left with nettest.NoLeaks: those fail the test themselves, where
// this package returns what it found.
//
// # Words
//
// [Call] and [CallFor] run a subject for as long as a [Bound] says, and [Misconduct] is what no subject may do. [Branded]
// gives a subject's goroutines a [Brand], by which [Brand.Goroutines] finds them. [MostDials] and [Messages] read a server's
// record: a message is all that one side sends before the other does. [InBubble] runs a subject in a testing/synctest bubble,
// on a network in memory, for as much real time as it may take there.
//
// # Limits
//
// A goroutine can't be ended. Code that hangs is left behind, with its context canceled, and may do all that it
// does whenever it wakes up.
package subject
