// Package explore finds the wire that breaks a client. It runs a piece of client code on a healthy
// wire, reads from that record where things can go wrong, and tries those, one fault and then two,
// until one of them breaks the client. Then it shrinks that to the smallest plan that still does,
// runs it again and again, says what it hangs on, saves it, and tries it first from then on:
//
//	func TestRedisOnAnyWire(t *testing.T) {
//		explore.TCP(t, explore.Config{Handler: keys, Within: time.Second}, func(ctx context.Context, w *explore.Wire) error {
//			c, err := redis.Dial(ctx, w.DialContext) // or w.Addr(): then the search runs on sockets
//			if err != nil {
//				return err
//			}
//			defer c.Close()
//			for i := range 3 {
//				w.Do("get", func(ctx context.Context) (any, error) { return c.Get(ctx, key(i)) })
//			}
//			return nil
//		})
//	}
//
// Package fakeserver shows a fault that is known, exactly, each time. This package is for a
// client that fails one time in three hundred, and nobody knows why.
//
// # Words
//
// The body is what the client does, again for each trial, with a server of its own. It consists of
// steps: calls that have an answer, an error and a time; see [Wire.Do]. A place is where in the
// healthy record a fault can act. A wave is places and faults of one sort. An oracle says what
// counts as broken: see [Oracle]. A find is a plan that breaks the client, shrunk and confirmed.
//
// # A body
//
// A body opens its client, does at least two steps, better three, and closes the client. The first step
// meets the fault, the second what is left of it, and the third shows whether the client has got over
// it. A body ignores the errors of steps, so that later steps show more; the search has seen them. It
// must do the same each time: what is random has a fixed seed. What differs from run to run all
// the same, such as a time in an answer, is noticed, and said.
//
// A body that dials by [Wire.DialContext] alone, and waits for nothing but channels, conditions and
// timers of its own, is explored in memory, in a testing/synctest bubble for each trial: a search of
// 300 plans takes less than a second, deadlines of minutes included. Any other is explored on
// sockets. The report says which it was, and why. Where a goroutine waits for a lock while another has it and waits for the wire, as
// database/sql does when a context ends, the bubble's clock stands still: such a trial is run again on sockets, with others like it.
//
// # Waves
//
// Wave 0 is the finds of earlier searches, and Config.First. Wave 1 lets everything come in
// single bytes, and everything go wrong at the beginning: connections that are refused, never answered, closed
// or reset when they are accepted or at the first byte. Wave 2 is where writes, lines and messages end;
// wave 3 inside each message; wave 4 the rarer faults, and bytes that lie where messages
// begin. Wave 5 adds a second fault where the first one made the client do something new, such as dial
// again. Wave 6 goes to the places between two that ended differently, to every byte, and then to
// what chance makes, from Config.Seed. At a place all faults are tried, and then the next place. Where a client goes
// on though its server has fallen silent, as if a deadline of its own were over, the server speaks again just after that.
//
// A plan whose rules did not all act has shown nothing: the report counts those that did.
//
// Each oracle and each wave is there for clients that nothing else would find, within 300 plans:
//
//	without       a client with this bug goes unfound
//	panic         a short header panics
//	hang          no read deadline
//	wrong answer  one Read is taken for one message
//	no recovery   never reconnects
//	fussy         CR and LF in two reads
//	sent twice    a request is sent twice on reconnect
//	leak          a connection is left on an error path
//	dial storm    a dial storm without a pause
//	spin          the end of the connection is taken for nothing yet
//	memory        a length that lies takes 4 GB
//	data race     a data race, which the race detector reports in a process of its own
//	lost          logger: loses lines without an error after the connection has ended
//	torn          logger: tears a line in a retry
//	out of order  logger: a line that failed goes to the end of the queue
//	sent twice    logger: sends a line twice
//	wave 1        CR and LF in two reads
//	wave 2        never reconnects
//	wave 3        the end of the connection is taken for an empty message
//	wave 4        a length that lies panics
//	wave 5        the retry path ignores its error
//	wave 6        the end of the connection is taken for an empty message
//
// # Finds
//
// A find is saved in testdata/fakewire/, in a folder for its test, as an ordinary plan: commit it. From then on it is
// tried first, by everybody. When it does not break the client any more, the log says that it is
// fixed; it stays as a regression test. [github.com/fakewire/fakewire/fakeserver/fault.ParsePlan] reads it for a
// test of another kind. What is known and left alone is listed in Config.Accepted, with the reason.
//
// # A run that failed
//
// A test that failed in CI has left the recording of its server, or a proxy that of what it passed on. With Config.Failed, or
// without a change to the test
//
//	FAKEWIRE_FAILED=/path/TestFetch.jsonl go test -run TestFetchOnAnyWire
//
// the search begins at the places that are nearest to where that run first differs from a healthy one. It has to be of the same dialogue, as
// far as it goes. It need not say what was wrong: where a connection ended, and how, is what the search begins with.
//
// # Bounds
//
// A search ends after Config.Plans plans, or after Config.Budget. FAKEWIRE_PLANS=5000 and
// FAKEWIRE_BUDGET=5m let a nightly run go on for longer. FAKEWIRE_SHARD=3/8 runs the third of eight parts, so
// that runners share one search; Bazel's TEST_SHARD_INDEX and TEST_TOTAL_SHARDS do the same.
//
// # Processes of their own
//
// A panic in a goroutine that the client has started ends the test's program, as it would end any. Where the test
// runs with GODEBUG=tracebacklabels=1, which Go 1.27 does by itself in modules whose go.mod says 1.27, the first goroutine of
// the crash names the plan at work:
//
//	goroutine 41 [running labels:{"explore advice": "with Config.Isolate this is a find", "explore plan": "reset to the client on conn 1"}]:
//
// Config.Isolate runs trials in processes that are the test's own program and run that test alone, or that spec of a Ginkgo suite. What ends
// one of them is found, shrunk and saved, and the search goes on: a panic, a fatal error, os.Exit, a signal. So is a client
// that spins in memory, where its clock stands still. A data race that the race detector reports is a find of the oracle Races.
//
// Such a process begins as the test's did, in its directory, with its environment, and with the flags of its own program. It does what its
// test does before the search, in TestMain, in BeforeSuite and in the test; then it runs trials in place of the search; and then the test is
// skipped, so that cleanups run. So the test has to come to the search when it runs by itself. Flags of package testing and of Ginkgo
// are not passed on, nor is what tells a test where to write coverage: what a child covers is not counted. What it writes is shown
// if it dies. It ends when the test's process does, and all that it has started is killed with it if it can't be ended otherwise.
//
// # Limits
//
// A goroutine can't be ended; what hangs is
// left behind, with its context canceled and its connections closed, and a client that heeds neither
// may disturb what comes after. What spins in memory takes a processor until the program ends: without Isolate it is found,
// and that is the end of the search. Concurrent dials race for the numbers of their connections: with
// Callers, or a client that dials in the background, a plan may meet another connection, and the rate
// of a find says so.
//
// In memory a search is the same each time: the same plans, in the same order, with the same outcomes; on sockets it is through
// wave 4. But goroutines that a client has of its own race with each other, and with the server: which error it has then, and how far
// it came, may differ, and with that what waves 5 and 6 go by.
package explore
