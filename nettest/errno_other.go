//go:build !windows

package nettest

// Elsewhere package syscall's names are what sockets say.
var alsoReset, alsoRefused, alsoTimeout, alsoBrokenPipe []error
