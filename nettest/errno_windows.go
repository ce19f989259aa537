package nettest

import "syscall"

// What Windows' sockets say. Package syscall's ECONNRESET and its like are numbers of
// its own there, which no socket returns.
var (
	alsoReset      = []error{syscall.WSAECONNRESET}
	alsoRefused    = []error{syscall.Errno(10061)}                            // WSAECONNREFUSED
	alsoTimeout    = []error{syscall.Errno(10060)}                            // WSAETIMEDOUT
	alsoBrokenPipe = []error{syscall.ERROR_BROKEN_PIPE, syscall.Errno(10058)} // WSAESHUTDOWN
)
