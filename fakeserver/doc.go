// Package fakeserver is fake TCP and UDP servers for tests: on real sockets, with a
// record of every byte, and with faults at exact offsets.
//
// A test starts a server, says how it answers and what goes wrong, runs its own
// client against it, and looks at the record:
//
//	srv := fakeserver.Start(t, fakeserver.Config{
//		Handler: fakeserver.Lines{},
//		Faults: fault.Plan{Rules: []fault.Rule{
//			fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3),
//		}},
//	})
//	err := ping(srv.Addr()) // the client under test
//	fmt.Println(srv.Transcript())
//
// Start binds port 0 of the loopback address, so tests can run side by side, and
// closes the server at the test's end. It needs no framework: t may be a
// *testing.T, *testing.B or *testing.F, or Ginkgo's GinkgoT(). Listen does the same
// without a test.
//
// # Words
//
// A server owns one address for its whole life. Its [Handler] answers one
// connection; most handlers of this package, such as [Echo] and [Lines], are structs
// whose zero value works, and [Answers] is a table. What goes wrong is a [fault.Plan]. What happened is a
// [transcript.Transcript]. Conn N is the Nth connection the server accepted. A
// [PacketServer] does for datagrams what a [Server] does for connections, and [StartBoth]
// starts one of each on one port. A [Listener] and a [PacketConn] put the same in front of a
// server of your own. What the four have in common is a [Wire].
//
// # Conversations
//
// Besides the handlers that answer by a rule, there are those that hold a dialogue. Package script has a protocol's,
// step by step: what the client is to say, and what it is told. A [Proxy] stands in front of a real server and records both
// legs; a [Playback] plays the server's side of such a recording, and checks the client's against it. What a client says
// otherwise is a [MismatchError], which fails the test. [PacketProxy], [PacketPlayback] and script.PacketScript do that for
// datagrams, each a [PeerHandler]. The command cmd/fakeserver serves, proxies and replays without a test.
//
// # Endings
//
// A FIN stays a FIN, a reset is an RST, and the record says which. When a handler
// returns nil or calls Close, the server half-closes, reads and records what the
// client still sends, and then closes, because closing with unread input would
// reset the connection. It gives that five seconds after the client's last byte,
// and half a minute in all, from the FIN on, and takes no more than 256 MiB.
//
// When a handler calls Reset, panics, or returns an error of its own, the RST comes after
// what it had written, which it does not overtake: see [Conn.Reset].
//
// # Refusing connections
//
// [Server.Down] refuses connections on a port that the server keeps; [Server.Up]
// takes them again. The port is kept by a socket that never listens, so no other
// process gets it meanwhile. [Server.Restart] ends all connections besides, and the server
// is back after a time. [Server.IgnoreDials] leaves dials without an answer. The rules [fault.Down],
// [fault.Restart] and [fault.IgnoreDials] do the same at a byte or a datagram, and with
// [fault.AtStart] from the server's start on, so that an outage is a plan.
//
// A server of your own behind a [Listener] has an Accept, which may fail while the port takes
// connections, as it does without descriptors: see [fault.FailAccept].
//
// # When a test fails
//
// A server fails its test when a handler failed, when a handler hangs, and when a
// rule of its plan did not act, unless that is excused: see [fault.Report.Verify]. The
// failure is at the line that called Start. A test that has failed gets the record, the outcome
// of each rule, the stack of a handler that hangs, and, where a rule drew random
// numbers, the FAKEWIRE_SEED that repeats them. It begins with what stood in the clients'
// way, if something did: a stream that is stalled or held, or a server that was down.
//
// With FAKEWIRE_ARTIFACTS set to a directory, or go test's -artifacts, each server leaves
// two files, which the failure names: NAME.jsonl is its [transcript.Recording], and
// NAME.html the same as a page for any browser. A relative directory is in that of the
// package, where go test runs its tests. The command cmd/fakeserver shows recordings, compares
// them, and makes captures for Wireshark of them. NAME is the test's, and the server's if it
// has one of its own, with "_" for what is not a letter, a digit, "-", "_" or "."; what is too
// long loses its middle. A test that runs again leaves NAME-2, and so on. Both files may be
// read by everybody. [WriteRecordings] does that for servers of Listen. A test that is
// skipped leaves none.
//
// In CI each file has a line of its own, [[ATTACHMENT|/path]], if CI is set. Jenkins'
// plugin junit-attachments, GitLab and Azure look for it in what a JUnit report has of a test's
// standard output and error. Ginkgo's has report entries in system-err and, of parallel runs, what
// a spec printed in system-out, and there it is; where a program makes the report of go test's
// output, it is that program's. If GITHUB_STEP_SUMMARY is set, a table is added to that file.
//
// With FAKEWIRE_TRACE=1 each server writes each event to standard error when it is recorded,
// as a line that begins with the server. 0, or nothing, is no trace; anything else is refused.
// Bytes that are only counted, as beyond RecordLimit, are one event, however many come. Of a
// server with Redact it shows no bytes and no texts, since a secret may come in parts.
//
// Of a spec of Ginkgo's the files are named in a report entry, "fakewire", too, which has how
// far the clients were, the rules' outcomes and the paths, as plain data of less than 4 KiB and
// the paths. With DeferOnFailure, that is since Ginkgo 2.34, the entry and the files are there before the
// spec's teardown, and of a server that serves many specs each that fails leaves
// them; without it, of such a server only the last one can. What Start is called in must be
// BeforeEach, JustBeforeEach, It, BeforeAll or BeforeSuite for that. Progress reports begin with
// how far the clients are and for how long nothing has passed. -artifacts is not for specs:
// Ginkgo's ArtifactDir knows nothing of it.
//
// What a server's Redact hides is in none of that, nor in any other text or file that this module makes of its record: in
// failures of matchers and promises, in the errors of Wait, Verify and Close, and in the texts that quote what was sent. It is
// for secrets that a test can't do without. The Redactors of package transcript go by texts, by regular expressions and by
// ranges; queries have the true bytes, so what a test itself prints of them is its own affair, as is what a client's errors say, and
// what a rule's or a test's name has before the server starts.
//
// So it is in the worst cases:
//
//   - The test panics. The record goes to standard error, since the panic loses the
//     logs of benchmarks and of tests in bubbles. A panic in another goroutine than
//     the test's ends the program before anything can be said.
//   - The test hangs until go test's -timeout. Shortly before, the servers of all
//     running tests write to standard error: first what happened, then the files.
//     Shortly is a hundredth of the timeout and at least a second, but no more than a
//     tenth of the time that is left. A *testing.T knows its deadline; for others it is
//     counted from the program's start, which is too early if TestMain takes long. No
//     timeout ends a benchmark: it goes on. Ginkgo's own timeouts show the servers
//     in their progress reports.
//   - A testing/synctest bubble gets stuck, so that no cleanup runs. nettest.Bubble
//     and BubbleIn show the servers that were started with their TB, and then what
//     waits where. In testing/synctest.Test itself the runtime ends the program, and
//     no server hears of it.
//   - A server is on real sockets in a bubble, whose clock they stop. Start refuses
//     that, and so do Listen and WrapListener.
//
// The line of Start can't always be had. In testing/synctest.Test, package testing
// names itself for what is said in a cleanup: there the text begins with the
// line. Ginkgo knows it for an error that a function returns to DeferCleanup, and for
// nothing else: so its failures begin with "DeferCleanup callback returned error".
//
// # What a client sees
//
// This is what the operations of a Go client give in order, on Linux. Errors are
// named as errors.Is finds them; a timeout is os.ErrDeadlineExceeded. All but io.EOF
// come in a *net.OpError. The package's tests check it, row by row.
//
//	what goes wrong      what the client sees
//	Latency, Bandwidth   everything, late
//	Slice                Reads that end at the boundaries
//	Stall, Hold          Reads: what came before, timeout, and later the rest; Writes from
//	                     the client work, up to about 4 MB, then timeout
//	Blackhole            Reads: what came before, timeout; or EOF, as ends pass; Writes work
//	Corrupt, Replace     other bytes, and no error
//	Overwrite            other bytes at one offset, and no error
//	Reset                Reads: what came before, ECONNRESET, then EOF for ever; Writes EPIPE;
//	                     if a Write comes first, that one is ECONNRESET
//	Close                Reads: what came before, EOF; Writes work, as the server drains them;
//	                     io.ReadFull gives ErrUnexpectedEOF within
//	Exit                 Reads: what came before, EOF for ever; the first Write works, the second
//	                     is EPIPE; if the server had left something unread, the first is, too
//	Restart              as Exit, or as Reset; Dial: ECONNREFUSED, for as long as it says
//	Down                 Dial: ECONNREFUSED, for as long as it says; open connections go on
//	IgnoreDials          Dial: timeout, for as long as it says; open connections go on
//	HalfClose            Reads: what came before, EOF; Writes work
//	SlowClose            everything, and a late EOF
//	AtStart              Dial: ECONNREFUSED or timeout, for as long as it says; then everything
//	OnAccept             Dial works; then ECONNRESET, EOF or timeout. With Reset, Dial itself
//	                     may give ECONNRESET, as with a Reset at byte 0. With FailAccept, everything,
//	                     when the server's Accept comes again; if it does not, timeout
//	Server.Down          Dial: ECONNREFUSED; open connections go on
//	Server.IgnoreDials   Dial: timeout; open connections go on
//	Server.Close         Read: EOF; the first Write works, the second is EPIPE
//	CloseClientConns     as Close, as Exit, or as Reset
//	Conn.Reset           as Reset: ECONNRESET after what was written, EOF, EPIPE
//	Conn.Close           as Close: EOF after what was written, also with unread input
//	Conn.CloseWrite      Read: EOF; Writes work and are read
//
// Datagrams, on a connected UDP socket whose Writes all work:
//
//	what goes wrong      what the client sees
//	Loss, BurstLoss      timeout
//	Blackhole            timeout
//	Duplicate, Reorder   one twice, or after a later one
//	Forge                one more, before the real one or after it, from the same address
//	Truncate, Corrupt    other bytes, perhaps none: then Read gives 0 and no error
//	Overwrite, Enlarge   other bytes at one offset; zeros at the end
//	Latency, Bandwidth   everything, late
//	Down, Restart        as PacketServer.Down, for as long as they say: ECONNREFUSED, once
//	AtStart              as PacketServer.Down, for as long as it says; then everything
//	PacketServer.Down    the first Write works; the next operation is ECONNREFUSED, once
//	over 65507 bytes     Write: EMSGSIZE
//	short buffer         Read: what fits; ReadMsgUDPAddrPort sets MSG_TRUNC
//
// # Called elsewhere
//
// What others call it is on the left. A toxic "downstream" is a rule ToClient, one "upstream" a
// rule FromClient.
//
//	toxiproxy                    here
//	latency                      fault.Latency
//	bandwidth                    fault.Bandwidth
//	slow_close                   fault.SlowClose
//	timeout, of 0                fault.Blackhole, or fault.Stall if the bytes are to come later
//	timeout, of more             fault.Blackhole, and fault.Close with fault.Rule.AfterTime
//	reset_peer                   fault.Reset, with fault.Rule.AfterTime if it has a timeout
//	slicer                       fault.Slice
//	limit_data                   fault.Close with fault.Rule.AfterBytes
//	down, Disable                Server.Down, and Server.CloseClientConns
//	Enable                       Server.Up
//	toxicity                     fault.Rule.WithProbability
//	AddToxic, RemoveToxic        Server.SetFaults
//	a proxy and its upstream     Proxy, as the Config.Handler
//
//	go-tcp-proxy                 here
//	-l, -r                       Config.Addr, Proxy.Upstream; the command's --listen, --to
//	-v, -vv, -h                  Server.Transcript; the command prints each event, and with --hex its bytes
//	-match                       transcript.Transcript.Received; the command's --match
//	-replace                     Proxy.Rewrites, across packets, or fault.Replace; the command's --replace, --replace-match
//	-n                           what package net does; the contrary is Proxy.Nagle, or the command's --nagle
//	-unwrap-tls                  Proxy.Dial, of a dialer for it; the command's --tls
//
//	netem, iptables              here
//	delay, jitter, distribution  fault.Latency
//	rate                         fault.Bandwidth
//	loss, loss random            fault.Loss
//	loss gemodel                 fault.BurstLoss
//	duplicate                    fault.Duplicate
//	reorder, gap                 fault.Reorder
//	corrupt                      fault.Corrupt
//	seed                         fault.Plan.Seed
//	-j DROP, of a SYN            Server.IgnoreDials, fault.IgnoreDials
//	-j REJECT                    Server.Down, PacketServer.Down
//
//	miniredis                    here
//	RunT, Run                    Start, Listen
//	Addr, Port                   Server.Addr, Server.AddrPort
//	SetError                     Server.SetHandler, to Answers with AnyOther
//	Close, and Restart           Server.Down, and Server.Up; Server.Close is for good
//	TotalConnectionCount         transcript.Transcript.Conns, of Server.Transcript
//
//	httptest, ghttp              here
//	NewServer                    StartListener, and http.Serve on that
//	Server.URL                   "http://" and Listener.Address
//	Server.Client                an http.Client that dials by Server.DialContext
//	CloseClientConnections       Server.CloseClientConns
//	Server.Close                 Listener.Stop
//	AppendHandlers               Sequence
//	RouteToHandler               Answers
//	AllowUnhandledRequests       AnyOther
//	RespondWith                  Reply
//	ReceivedRequests             Server.Transcript
//
// # Limits
//
// Linux is the first-class platform. Elsewhere Down and StartDown return an error
// that wraps errors.ErrUnsupported, the boundaries of [fault.Slice] are unconfirmed
// pauses, an RST may overtake bytes that the client has not read yet, and the
// kernel's own losses of datagrams are not counted.
//
// The kernel accepts connections by itself: a client can connect, and write up to
// about 4 MB on Linux, before any handler runs.
//
// A peer of a [PacketServer] or a [PacketConn] is a client's socket, and not an address:
// the kernel gives ports out again, nearly always within 400 sockets. On Linux the kernel
// is asked which socket has the address that a datagram came from, if that is a loopback
// address or the one that the server is bound to; the in-memory network tells it of each
// datagram. So a client that opens a socket for each query is a new peer for each. What can't
// be told is whether an address changed hands among datagrams that the server had not read
// yet, or within 10 µs. That does not matter to clients that keep a socket open until they
// have an answer, or the record has their query. Of those that close it before, as a logger
// may, about one in 28,000 is taken for the one before it. Sockets that share a port by
// SO_REUSEPORT may be one peer.
//
// Where the kernel can't be asked, a peer is an address: on other systems; for clients on
// other hosts or in other network namespaces, such as those of containers; in sandboxes that
// refuse netlink, which the record notes; on a [Transport] without ReadFromSocket; and for
// Unix sockets, whose paths are the addresses. There a client that is given an earlier one's
// port counts as that one, a thousand one-shot sockets are fewer peers, and what they lose
// is not the same in every run. A server that is bound to all addresses finds a client's
// socket only while that is open: a query whose socket is closed before the server reads
// it may count as an earlier client's.
//
// Rules that don't act leave a handler's Reads as they are without. To look for a match before
// anything is taken, that needs a socket of the kernel's on Linux or another Unix, or a
// connection with Peek, as [Transport] says. Elsewhere, as long as a rule FromClient
// that acts once waits for a match, Reads are no longer than what is missing of it.
//
// Handlers of connections run at the same time, those of datagrams one after the
// other, unless they are PeerHandlers.
//
// # Other systems
//
// Read and not measured, in the sources and issues named:
//
//   - Windows: the errors are Winsock's, which errors.Is does not take for
//     syscall.ECONNREFUSED, ECONNRESET, EPIPE or EMSGSIZE: look for
//     syscall.WSAECONNRESET and its like (golang/go#45621).
//   - Windows: an RST discards what the client has not read yet, so that Read may fail
//     at once (golang/go#60315). Dial takes two seconds to be refused, as the SYN is
//     sent again (libuv/libuv#2896).
//   - Windows: package net turns reports of unreachable ports off for UDP, so that the
//     client of a server that is gone runs into its timeout (net/fd_windows.go), and a
//     short buffer gives WSAEMSGSIZE with what fits (net/udpsock_test.go).
//   - macOS: what was queued before an RST stays readable (soreceive in
//     bsd/kern/uipc_socket.c of XNU). But a Read that waits while the other end closes
//     may hang for a minute and give ECONNRESET (golang/go#37795), and the reporting
//     of an RST is called unreliable (golang/go#50254).
//   - On both, and beyond: no Down, StartDown and IgnoreDials; boundaries of Slice are
//     pauses; lost datagrams are not counted. See Limits.
package fakeserver
