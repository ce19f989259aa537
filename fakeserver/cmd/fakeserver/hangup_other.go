//go:build !unix

package main

import "os"

// hangups returns nothing: there is no SIGHUP.
func hangups() (<-chan os.Signal, func()) { return nil, func() {} }
