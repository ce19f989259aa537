// Package script has handlers made of steps: what a fake server expects of its client, and what it says, in the order in
// which a protocol has them.
//
//	srv := fakeserver.Start(t, fakeserver.Config{Handler: script.Script{
//		script.Expect("PING\r\n"),
//		script.Send("PONG\r\n"),
//	}})
//
// A [Script] answers each connection; fakeserver.Sequence{script.Script{…}, script.Script{…}} has one for each. A
// [PacketScript] answers each peer of a datagram server. What a client does otherwise than the script says is a
// [fakeserver.MismatchError]: it ends the connection, and fails the test at its end, with the step, what was wanted, what
// came, where the two differ, and what is left of the script. A script that is not done when its client ends, or when the
// server closes, is a mismatch, too. What the server's own plan has cut or changed is none.
//
// # Steps
//
//	Expect, ExpectLine, ExpectMatch            what the client is to say
//	Send, SendExpand                           what it is told; SendExpand with what ExpectMatch found
//	Wait, Hold                                 for a time, or until the test releases a gate
//	CloseWrite, Close, Reset                   FIN one way, FIN, RST
//	Loop, Repeat, Choose, Within               other steps: again and again, n times, one list of several, in a time
//	Lines, Until, Fixed, Prefixed              framings, whose Expect, ExpectMatch, Send and SendExpand are for whole messages
//
// # Scripts as text
//
// [ReadFile] reads scripts from a file, and [Parse] from text; a Script's String writes it. Each step is a line:
//
//	# A comment, as after each step.
//	send "220 ready\r\n"
//	expect-match 512 "HELO (\\S+)\r\n"
//	send-expand "250 hello $1\r\n"
//	loop {
//		choose {
//			expect-line NOOP
//			send "250 ok\r\n"
//		} or {
//			expect-line QUIT
//			send @bye
//			close
//		}
//	}
//	-- bye --
//	221 closing
//
// A text is in Go's quotes, or a word without blanks, quotes, braces and backslashes. Several are joined. @name is what the
// section -- name -- has, as in a txtar archive. A framing comes before its step:
//
//	lines expect QUIT
//	until "\r\n\r\n" expect-match "GET (\\S+) HTTP/1.1"
//	fixed 8 expect abcdefgh
//	length 4 little before 1 itself extra -1 max 1000 send "…"
//
// The other steps are expect "…", wait 20ms, hold GATE, close-write, reset, repeat 3 {, and within 50ms {. A file with sections
// as -- conn 1 --, -- conn 2 -- has a script for each connection; the last is for all that follow. For datagrams that is
// -- peer 1 --.
//
// # Refreshing
//
// With FAKEWIRE_UPDATE=1 in the environment, an expectation of a file that is not met takes what came instead, and the
// file is written again when the connection has ended; comments and layout stay. Of an expect without a framing, that is what
// has come until nothing comes for 100 ms. What can't be refreshed is a mismatch as ever, which says so: patterns; steps in
// a loop or a choice; a client that says less than the script has steps for. Steps for what it says more, one writes oneself.
//
// # Limits
//
// An ExpectMatch takes the shortest match; see there. Where the expectation that failed has read ahead, as it does,
// MismatchError.Got has what had come by then: how much comes after the first byte that differs is chance. What a
// client sends after the last step is discarded, and no mismatch. A Loop that waits for the client when the server closes
// is done; at a Wait or a gate a script is not. A script to which no client came has nothing to say: Transcript.Conns, or match.HaveConns,
// is how many came.
package script
