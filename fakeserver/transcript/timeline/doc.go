// Package timeline draws a recording as a picture: one HTML page, which opens from a file, without a
// server, without a network, and without JavaScript, too.
//
//	f, err := os.Create("TestClientTriesAgain.html")
//	if err != nil { … }
//	err = errors.Join(timeline.Write(f, srv.Recording()), f.Close())
//
// The page tells what the test was and how to run it again, what became of each rule of the plan and
// in which events it acted, how each connection ended, and then what happened, from top to bottom: a
// sequence diagram, in which each connection has a lane for its client and one for the server, and
// the list of all events beside it. Bytes are shown on demand, as text or as hex. Faults, holds,
// losses, resets and other endings have marks of their own, and words: color is never all.
//
// An address with #seq=123 at its end leads to the event of that Seq:
//
//	file:///tmp/artifacts/TestClientTriesAgain.html#seq=123
//
// The page can show some connections only, and the time between events as distance. All of it can be
// done by keyboard: ? tells the keys. It is light or dark as the reader's system is, fits a
// small screen, and can be printed.
//
// # What is not on a page
//
// A page is bounded, however long the record is. Of a record of more than 20,000 events it has those
// in which something went wrong, and of the others the first and the last; of data it has 512 kB in
// all, and 64 kB of one event: short data is all there, and long data begins there. What is left out
// is named where it was; the file that [transcript.Recording] writes has everything.
//
// With more than 240 events, long runs of events in which nothing went wrong are folded: their first
// and last four are shown, and between them a line for each 500, which opens. The links above open it,
// too. The browser's own search finds nothing in what was never opened.
//
// With more than 40 connections to look at, the two lanes of each are drawn as one; a filter draws
// the rest wider again.
//
// # What is trusted
//
// Nothing of a recording is: it holds what was on a wire. All of it is escaped as HTML, and what would
// not be seen is shown as Go's escapes: control characters, say, and marks that turn the direction of
// text. The page's own Content-Security-Policy lets it fetch nothing, and run nothing but its own script.
package timeline
