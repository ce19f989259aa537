// Package pcapng makes a recording a capture file, which Wireshark, tshark and other programs that read
// captures open:
//
//	file, err := os.Create("ping.pcapng")
//	…
//	err = pcapng.Write(file, srv.Recording())
//
// No packet was captured: they are made of the events of the record. Streams are followed, filtered and
// dissected as those of a real wire, and what only the server knows, such as the rule that acted, is in comments.
//
// # What is true
//
// The bytes of streams and the datagrams are those that crossed the wire, as far as the record has them, in the
// order of the record, with the times at which the server's process read them or sent them. The FIN and the RST
// of each side are there if they are recorded. Addresses are as recorded, if they are IP addresses. What was recorded
// as sent and then taken back is in no packet; a comment says so. Discarded bytes have crossed the wire, and
// are there. So is what a client sent and a rule kept from the handler, which gets other bytes than the wire had.
//
// Of a client's RST the server learns when it writes, maybe before it has read what came before. In the capture the
// RST comes after that, at the time of the last bytes.
//
// # What is made up
//
// TCP's handshake is there at the time of the accept, and each segment has an acknowledgement at once, from a window that
// is never full. Where a reset kept bytes from the client, which the record counts, those are not acknowledged.
// Segments are the server's reads and writes, cut at 64 KiB; how the wire cut them is not known. Sequence numbers begin with
// 1,000,000 for each connection: of the third, the byte at offset 41 has number 3000042. They show in Wireshark as relative
// numbers, which are offsets plus one. Checksums are right.
//
// Addresses stand in for what has none, such as unix sockets: [2001:db8::1]:1 for the server, and
// 2001:db8:0:1::N for connection or peer N. The file has their names, for programs that resolve names by captures (tshark
// -N n). Where one side has an address of IPv4 and the other does not, it is ::ffff:a.b.c.d. A unix socket's
// stream is TCP, and its datagrams are UDP, in a jumbogram if they are larger than 64 KiB.
//
// # Comments
//
// The section says what the recording is of, which test made it and how to run that again, the seed, the plans, and
// what became of each rule. Each packet that is an event's says so by its number. All other events are comments, too: on the
// next packet of their connection, or on its last; those of the server as a whole on the next packet there is. To find
// what went wrong:
//
//	tshark -r ping.pcapng -Y 'frame.comment contains "fault"'
//
// # Limits
//
// What RecordLimit did not keep is in packets of the right size that were not captured whole, without an analysis flag; of
// one event at most the first 1 GiB, after which there is a gap. Wireshark leaves it out of streams that it follows. Several datagrams of which only the sum of
// their sizes is known are a comment; of empty ones that are one event, the first 1,000 are packets.
//
// A comment is cut in several where it is longer than the format can have, which is 65,535 bytes; of what there is to say of one
// thing, 256 KiB are shown, and on one packet 1 MiB, with the number of events that are left out. A datagram that is larger
// than 262,144 bytes with its headers is captured up to there: Wireshark reads no larger packet. Times are nanoseconds
// since 1970; a recording that began before that, or after the year 2160, begins with 1970 in its capture.
//
// A part of a record, such as what came since a mark, is the capture of a connection that was there already: without
// a handshake, and, where the client's address is in an earlier event, with one that stands in for it.
//
// A client that comes twice from one port is a port that was used again, which Wireshark remarks.
package pcapng
