// Package reference holds the programs that the scenarios are tried on: the simple
// clients and the logger that this kit exists to exercise, clients and a logger
// that keep every promise, and for each promise a subject that breaks it.
//
// # What reaches the collector when a program ends
//
// Measured on Linux with the standard log.Logger over a TCP connection; the specs
// of this package hold it to that.
//
// After Panicln with a deferred Close, every line arrives, the last one too, and
// the connection ends with a FIN. After log.Fatal, which exits without running
// deferred functions, it is the same: the logger does not buffer, so each line was
// handed to the kernel before Println returned, and the kernel sends it and then
// the FIN when it closes the dead process's socket.
//
// Both change when the collector had sent something that the program never read:
// then closing the socket, whether the program or the kernel does it, sends an RST in place of the FIN. The
// lines still arrive on Linux, where what was received before an RST can be read.
//
// A logger that buffers keeps none of this: what it had not written by the time of
// log.Fatal is lost.
package reference
