// Package peers compares the kit with others that do the same work: each by what it is made for, in the same process, in turn.
//
// Of a proxy it is what it moves, an exchange through it, and its life; of a fake server, an exchange and its life. What the
// clients send and want to read is the same on both sides. What differs, each file says.
//
//	peer          module                                     license     modules that it needs
//	toxiproxy     github.com/Shopify/toxiproxy/v2 v2.12.0    MIT         16: prometheus, zerolog, gorilla/mux, protobuf, …
//	go-tcp-proxy  github.com/jpillora/go-tcp-proxy v1.0.2    MIT         3: colors for its command
//	httptest      the standard library                       BSD-3       0
//	ghttp         github.com/onsi/gomega v1.44.0             MIT         5: go-cmp, protobuf, x/net, x/text, yaml
//	miniredis     github.com/alicebob/miniredis/v2 v2.40.0   MIT         1: gopher-lua; its package server needs none
//
// net.Pipe, beside the in-memory network, is in package inmemory.
package peers

import "github.com/fakewire/fakewire/fakeserver/internal/benchwork"

// Works returns every work, by peer.
func Works() []benchwork.Work {
	return []benchwork.Work{
		toxiproxyRecording, toxiproxyOff, toxiproxyEcho, toxiproxyLife,
		goTCPProxyRecording, goTCPProxyOff, goTCPProxyEcho,
		httptestLife, httptestRequests, ghttpLife, ghttpRequests,
		miniredisLife, miniredisPings,
	}
}
