// Package scenarios checks what a client or a logger promises to do when the wire
// misbehaves.
//
// A [Promise] is a value: a name, why it matters, the ways in which the wire
// misbehaves, and what the subject must do then. A subject is a value too: a
// [TCPClient], a [UDPClient] or a [NetworkLogger]. A Describe function makes a
// Ginkgo spec of each promise that the subject keeps:
//
//	var _ = scenarios.DescribeTCPClient("ping client", func() scenarios.TCPClient {
//		return scenarios.TCPClient{Handler: pongs, Do: ping, Want: "PONG", Within: time.Second}
//	}, scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsReset, scenarios.HonorsDeadline))
//
// A promise that is not listed is skipped as "not promised"; to learn which a subject keeps, [Learn]
// takes the place of Keeps. [Run] puts one promise
// to the test without Ginkgo, and returns an error if it was broken.
//
// # How to attach a suite
//
// A test file with that declaration is a suite once it has what each Ginkgo suite has,
// in one file of its package:
//
//	func TestClients(t *testing.T) {
//		RegisterFailHandler(Fail)
//		RunSpecs(t, "clients")
//	}
//
// Do is one exchange: it dials the address that it is given, which is another one each
// time, and returns the answer as text. Handler is the server's side of the protocol, for
// which [github.com/fakewire/fakewire/fakeserver.Lines], or a HandlerFunc, often does. A
// client that keeps its connection is opened by Open, and a [Session] asks with it:
//
//	Open: func(ctx context.Context, addr string) (scenarios.Session, error) {
//		c, err := client.Dial(addr)
//		if err != nil {
//			return scenarios.Session{}, err
//		}
//		ask := func(ctx context.Context, n int) (string, error) { return c.Get(ctx, fmt.Sprint("key ", n)) }
//		return scenarios.Session{Ask: ask, Close: c.Close}, nil
//	},
//
// A client that knows one port only says so with Port; one of both TCP and UDP has the server
// of the other at the same address, with PacketHandler or StreamHandler. One that is given several
// addresses says how many with Servers.
//
// Of a logger, Open returns a [Log], whose Print logs a line:
//
//	var _ = scenarios.DescribeNetworkLogger("our logger", func() scenarios.NetworkLogger {
//		return scenarios.NetworkLogger{Within: time.Second, Open: func(_ context.Context, addr string) (scenarios.Log, error) {
//			l, err := logger.Dial(addr)
//			if err != nil {
//				return scenarios.Log{}, err
//			}
//			return scenarios.Log{Print: l.Info, Close: l.Close}, nil
//		}}
//	}, scenarios.Keeps(scenarios.LinesArriveWholeOnceInOrder, scenarios.SurvivesReset))
//
// What it promises less than others, or does in another way, is said by its fields: Handler
// is a collector that answers it, Split takes its lines out of a protocol, Unordered lets
// them arrive in any order, and Plain is for one that rewrites spaces. Its Network may be
// "unixgram", as for syslog's /dev/log. Exit makes a process that logs and ends.
//
// Within is the subject's own deadline. What a promise needs besides, such as Large or
// AskAll, is with each; without it, the spec says what is missing.
//
// # What a spec does
//
// It starts a fake server on a real socket, lets the subject work once on a healthy
// wire, and sees what the server sends there. From that it makes its plans: where to
// cut the reply, where to reset. Then it lets the subject work once on each plan,
// each time on a new server with a subject that the function given makes anew. Places go by
// messages, and not by bytes, where they are about a request or the beginning of its answer: the
// greeting before that may have another length each time, and so may the answer. Where
// subjects wait for their deadlines, several work at the same time. A plan whose fault
// did not happen is tried again a few times, and then fails the spec, too, with
// [ErrInconclusive], whatever the subject did: nothing was learned about the promise.
//
// When a promise is broken, the error says in which way the wire misbehaved, what
// the subject did, and what was wanted; then what became of each rule of the plan,
// and the whole conversation. As far as that is cheap, the other trials go on then, and the
// error names each other way in which the promise is broken, and how many more there were.
//
// # In memory
//
// With [InMemory], or [RunInMemory], the server has no socket, and the subject's clock is
// that of a testing/synctest bubble: dozens of promises take a second, and a busy machine
// makes nothing late. The subject dials by [NetworkOf]:
//
//	Do: func(ctx context.Context, addr string) (string, error) {
//		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
//
// The promises, the plans and the verdicts are the same. What is missing is what a kernel
// does unseen by both sides: in memory, what was written has arrived, and an RST, such as
// that of a logger that sets SO_LINGER to zero, overtakes nothing. A collector that does
// not read has room for 4096 bytes on each connection, and a kernel has more. To connect,
// or to dial again, takes no time. And a client that looks at its socket, by syscall.Conn,
// finds none. So use both: sockets for what is real, memory for what is quick.
//
// # Subjects that misbehave
//
// The subject's functions run in goroutines of their own. One that panics fails its
// spec. One that hangs fails it two seconds after its own bound, Within, and is
// left behind: its context is canceled and its server closed, which ends most
// waiting. The rest of the suite is not affected. The function that makes the subject
// runs in the spec itself, and should only make it. A panic in a goroutine that the
// subject itself has started ends the test program, as in any Go test. The crash then
// names the promise and the subject, which are labels of the goroutine, if the program
// runs with GODEBUG=tracebacklabels=1, which Go 1.27 does by itself in modules whose go.mod
// says go 1.27:
//
//	goroutine 41 [running labels:{"promise": "reports a reset", "subject": "page loader"}]:
//
// Several subjects may be at work at once, each from a call of that function: they must
// share nothing that one of them holds while it waits, such as a lock.
//
// # Several servers
//
// A client with Servers gets the addresses of all of them, with commas between, which
// strings.Split takes apart:
//
//	scenarios.TCPClient{Servers: 3, Do: func(ctx context.Context, addrs string) (string, error) {
//		c, err := cluster.Dial(strings.Split(addrs, ","))
//
// They have the same Handler, and a record each; an error shows the records of all to which
// something happened. What a promise says of a server goes for all of them: each refuses, or resets, or
// says nothing, so that a client has nowhere to fail over to, and has to return an error where one
// with a single server has to. What happens once, such as the reset of the first connection,
// happens once at all of them together, and the client may get its answer from any. [FailsOver],
// [FailsOverWhenUnanswered] and [AsksAnotherServer] are about one that fails, while the others are
// well, and in [SurvivesAnyWire] and [SurvivesAnyNetwork] it is the one that answers on a healthy wire. A client that gives each server a part of its time has a Within that is long enough for
// each, a second or so: on a busy machine, one that is well may look as if it were gone. Where that
// is the machine's doing, the trial is repeated.
//
// # Summary
//
// One line at a suite's top level ends each run with a table of its subjects and
// their promises, kept, broken, inconclusive or not promised, in the terminal and in the
// JSON and JUnit reports:
//
//	var _ = ReportAfterSuite("promises", scenarios.Summarize)
//
// # Labels
//
// Each spec is labeled "promise", with its medium ("tcp", "udp", "logger") and with
// the faults it uses ("fault:slice", "fault:reset", "fault:loss"), for --label-filter.
// They are named after the faults of package fault; "fault:refused" and
// "fault:unanswered" are those of a server that is down, or does not answer connects.
// A spec that runs in memory is labeled "memory".
//
// # Limits
//
// A promise kept in these scenarios is kept on these plans. They are the same in
// each run and for each subject, except that they depend on the number and the lengths of its
// server's messages. A message is all that comes between two things that the client sends: where
// client and server don't take turns, such as in TLS with session tickets, a place may be missed,
// which is inconclusive.
//
// That reads end where a reply was cut is exact where the server can see the
// client's receive queue, on Linux; elsewhere it pauses between pieces. See
// [github.com/fakewire/fakewire/fakeserver/fault.Slice].
//
// Promises of TCP clients that need a server that refuses connections, or leaves a
// connect without an answer, are put to the test on Linux; what becomes of them elsewhere
// is with each. What the kernel knows of a client's sockets and descriptors is looked up
// on Linux, too.
//
// Where something happens in a dialogue is decided by the record of a healthy wire: the
// last request's answer is what the server sends after it, and its number is the same each
// time. So a client should ask in the
// same way each time, and a parting word after the answer should get no answer of its own.
//
// Ginkgo prints the line of the Describe call for each spec and each failure, and
// also the line in this package that called Fail, which it offers no way to
// replace; so each message begins with the user's line. Decorators that contradict
// one another, such as Focus and Pending, end the suite as anywhere in Ginkgo, at
// the user's line.
//
// A logger's collector knows more about what a reset cost than the logger can: see
// [CountsLostLines]. A Close that has handed everything to the kernel when it returns
// can't be told from one that does so right after; see [CloseFlushes]. What
// [BoundedMemory] measures is the whole process, in which nothing else should run;
// the processes of ginkgo -p don't disturb one another.
//
// A stranger that answers in place of a UDP server has another address of the host only
// on Linux, and on IPv4; elsewhere it has another port.
//
// Promises are this package's own: a Promise made elsewhere has no check.
package scenarios
