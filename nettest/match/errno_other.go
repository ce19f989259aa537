//go:build !windows

package match

// Except on Windows, sockets return the errors that package syscall names.
var alsoReset, alsoRefused, alsoTimeout, alsoBrokenPipe []error
