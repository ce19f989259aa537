package match

import "syscall"

// The errors of Windows sockets. Package syscall's ECONNRESET and the like are invented
// numbers there, which no socket returns.
var (
	alsoReset      = []error{syscall.WSAECONNRESET}
	alsoRefused    = []error{syscall.Errno(10061)}                            // WSAECONNREFUSED
	alsoTimeout    = []error{syscall.Errno(10060)}                            // WSAETIMEDOUT
	alsoBrokenPipe = []error{syscall.ERROR_BROKEN_PIPE, syscall.Errno(10058)} // WSAESHUTDOWN
)
