// Package xnet runs the conformance test of golang.org/x/net/nettest against the connections of
// fakeserver and nettest. It is a module of its own, so that whoever imports those does not
// depend on golang.org/x/net.
package xnet
