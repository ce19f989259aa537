// Package subject runs a piece of code that is put to the test, and tells what it does besides returning: whether it
// hangs, panics or leaves; which goroutines, connections and descriptors it leaves; how often it dials; how much
// processor time and memory it takes.
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
// It is for code that judges subjects, as package scenarios does. A test that has only one call to bound is shorter with
// nettest.Within, and one that wants nothing to be left with nettest.NoLeaks: those fail the test themselves, where
// this package returns what it found.
//
// # Words
//
// [Call] and [CallFor] run a subject for as long as a [Bound] says, and [Misconduct] is what no subject may do. [InBubble] runs
// it in a testing/synctest bubble, on a network in memory, for as much real time as that may take.
//
// [Branded] gives a subject's goroutines a [Brand], by which they are found again. [Left] names what is left of it, and
// [NothingLeft] waits until there is nothing; [Sockets] are descriptors. [StopCollection] keeps the garbage collector
// from tidying up after it.
//
// [Clients], [MostDials] and [Messages] read a server's record. A message is all that one side sends before the other
// does, and [Turns] tells them apart while they pass.
//
// [ProcessorTime] and [Pulse] are about time: what the process took, and whether it got what it needed. [Brand.AtWork] says
// whether a subject computes, or others do. [Allocated] is what memory the process took.
//
// # Limits
//
// A goroutine can't be ended. Code that hangs is left behind, with its context canceled, and may do all that it
// does whenever it wakes up. A panic in a goroutine that the subject has started itself ends the program, as any
// such panic does.
//
// Goroutines, descriptors, processor time, memory and the garbage collector are the process's. A brand tells a subject's goroutines
// from others', and addresses its descriptors; the processor time and the memory are those of all that runs.
package subject
