// Package transcript is the record of what happened on a fake wire: events in
// one order, with every byte and every datagram.
//
// A server records while it runs; a test reads a [Transcript] of that, an immutable
// snapshot:
//
//	tr := srv.Transcript()
//	tr.Conn(1).FromClient()                  // every byte the first client sent
//	tr.Conn(1).Ending(transcript.ToClient)   // how the server's direction ended
//	fmt.Println(tr)                          // one line per event, for people
//
// In plain tests a line does: tr.Received("PING\r\n") and tr.Sent("PONG\r\n") say whether a client sent
// that or got it; tr.Since(mark) leaves out what came before a [Mark], which the tests of a suite make
// when they begin.
//
// # Words
//
// Conn N is the Nth connection the server accepted, from 1; for datagrams, the
// Nth peer in order of arrival, which texts call peer N. FromClient and ToClient are the two directions.
// A FIN ends one direction in order; an RST ends both at once.
//
// # What the record means
//
// The record is the wire. FromClient holds bytes as the client sent them, read
// by the server's process; ToClient holds them as they left. Where a fault made
// a difference between the two sides, a [Fault] event says so.
//
// A client may still send when its connection's handler has ended. The server still takes that
// off the wire, because closing with unread input would turn its FIN into an RST, and
// records it: as [Discarded]. It was not received, and so [Transcript.FromClient] and
// [Transcript.Lines] leave it out, as they do what was read ahead of the handler and was
// [Unread] when that ended; [Transcript.Discarded] has both. [Transcript.Canonical],
// [Transcript.String] and [Transcript.Dump] have everything.
//
// Bytes to the client are recorded just before they are handed to the socket,
// so a client that has read an answer always finds it in the record. Should the
// socket then refuse some of them, an [Unsent] event takes them back, as [FINUnsent] does
// a FIN, and [DatagramUnsent] a datagram. What SetFaults takes back from a Write that waits for
// the client may still leave, and is then recorded once more.
//
// # Counts
//
// An event's kind says what its Offset, Count and Times are of. Bytes of a direction have offsets
// from 0, and datagrams have numbers from 1; a [Fault] or [Note] that has a Peer is about
// datagrams. Where the table says nothing, the number is zero:
//
//	Kind            Offset of             Count of                               Times of
//	Data            the first byte        bytes that RecordLimit did not keep    reads or writes
//	Discarded       the first byte        bytes that RecordLimit did not keep    reads
//	Datagram        the first datagram    bytes that RecordLimit did not keep    datagrams
//	FIN, FINUnsent  the stream's end
//	RST             the stream's end      bytes sent that it kept from the client
//	Unread          the first byte        bytes in the socket, or read ahead
//	Unsent          the first byte        bytes
//	DatagramUnsent  the first datagram                                           datagrams
//	Undelivered     the first datagram    datagrams, or copies of one            events
//	Fault           the byte or datagram  the same as the RST that it leads to   acts
//	Drop                                  datagrams                              events
//	Refused, Error                                                               events
//	Note            the byte or datagram  datagrams that a rule did not act on   events
//
// Times is zero for an event that stands for itself. Otherwise that many were made into one, and
// Count is their sum: by RecordLimit, as Limits says, or because a rule cuts a stream into more
// than 65,536 pieces.
//
// # Files
//
// A [Recording] is a transcript with its plan, what became of that, and how to run the test again. As a file it is
// JSONL, each line of which is a flat object. The first is the header, the last the end, and between them
// are the events, and the plans that SetFaults brought:
//
//	{"fakewire":1,"name":"TestPing","network":"tcp","address":"127.0.0.1:4242","start":"2026-01-02T15:04:05.6Z","test":"TestPing","rerun":"go test -run '^TestPing$'","plan":{}}
//	{"seq":1,"at":0.000251,"conn":1,"kind":"accept","peer":"127.0.0.1:51402"}
//	{"seq":2,"at":0.000302,"conn":1,"direction":"from-client","kind":"data","data":"PING\r\n"}
//	{"after":2,"plan":{"rules":[{"fault":{"kind":"reset"},"direction":"to-client","after":{"bytes":6}}]}}
//	{"events":2,"report":{"medium":"streams","conns":1}}
//
// Fields are those of [Header] and [Origin], of [Event] and of [Change], with a small first letter; which of them there
// are is the same each time, and so is their order: a recording that is read and written again is the same file, byte for byte. What
// is zero is left out, but for seq and at. In detail:
//
//   - fakewire is the format's version. Another version is an error, and so is a field that is not known.
//   - start is in UTC, as RFC 3339 has it; at is in seconds since then, exact to the nanosecond.
//   - kind is the Kind's String; direction is "from-client" or "to-client", as in plans.
//   - A text that is not printable UTF-8 is in base64, in a field whose name ends in Base64: "dataBase64". An event
//     with no data at all, not even "", is one whose bytes RecordLimit did not keep.
//   - seed and sum are text in hexadecimal above 2^53, which readers that know only float64 would round: "0x9e3779b97f4a7c15".
//   - plan and report are what package fault writes. That of "after" took over after the event of that number.
//   - seq rises. What is missing between two events was left out, as in the recording of one connection.
//   - events in the last line is how many there are. A file without that line was cut off: [Read] returns what is there, and [ErrCutOff].
//
// [Reader] and [Writer] do with a file of any length in memory that does not grow. The command
// github.com/fakewire/fakewire/fakeserver/cmd/fakeserver shows files, compares them, and makes captures and pages of them.
//
// # Differences
//
// [Diff] says how two records differ, be they of two runs or one of a file: where the first byte of a direction is
// that the other has not, the datagrams, the faults and the endings. It compares what Canonical has, which a program
// controls, but for what an [Ignore] names, such as dates and ports. [Comparison] has the differences as values.
//
// # Secrets
//
// What is shown of a record may be seen by more people than those who run the test. A [Redactor] says what to hide: a server's
// Config has one, and [Transcript.WithRedactor] gives one to a record from a file. [Transcript.String], [Transcript.Dump],
// [Recording.WriteTo] and whatever else shows a record then show what [Transcript.Redacted] returns; words about a record, such as
// an error's, can be shown by [Transcript.Redact]. Queries return the true bytes, and so do [Event.String] and [Canonical.String] of those.
//
// # Limits
//
// Offsets, counts and order within one direction of one connection are exact.
// The order between connections, and between the two directions of one
// connection, is the order in which the server's goroutines recorded them; compare
// records with [Transcript.Canonical], which leaves it out. What the kernel holds and
// was never read is not recorded, but counted: see [Unread] and [Drop].
//
// A server keeps all bytes unless its RecordLimit says how many. With a limit, memory is
// bounded however long the record gets. Bytes that it does not keep are counted and hashed. Of
// one direction of one connection or peer they are one event, with their Count and Sum, until
// another event of that direction comes, and the next bytes begin another. Of acts of one rule
// in one direction, and of errors, remarks, drops and the like, the first 64 are events of
// their own; the rest are one more, which says how many Times there were. So what is left to
// grow is a bounded number of events for each connection or peer, and two for each time that a
// stream's socket refuses bytes. The order is then that in which events began: one that counts
// bytes may go on after others that follow it.
package transcript
