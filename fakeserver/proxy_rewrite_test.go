package fakeserver_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// However packets cut what is sent, each match is rewritten, and each leg has what passed there.
func TestProxyRewritesAcrossCuts(t *testing.T) {
	rewrites := []fakeserver.Rewrite{
		{Direction: transcript.FromClient, Pattern: `Host: (\w+)\.test\r\n`, With: "Host: ${1}.real\r\n"},
		{Direction: transcript.FromClient, Pattern: `(?i)real`, With: "true"}, // of what the first has made
		{Direction: transcript.ToClient, Pattern: `id=\d+`, With: "id=$$"},
	}
	const (
		asks, asked       = "GET /\r\nHost: www.test\r\n\r\nHost: www.te", "GET /\r\nHost: www.true\r\n\r\nHost: www.te"
		answers, answered = "id=17, id=, id=4", "id=$, id=, id=$"
	)
	for _, network := range proxied {
		for _, pieces := range [][]int{{1}, {3}, {7, 1}, {100}} {
			onProxy(t, network, fakeserver.Proxy{Rewrites: rewrites}, fault.Plan{}, func(s sides) {
				sendCut(s, s.client, asks, pieces)
				halfClose(s, s.client)
				readAll(s, s.upstream, asked, io.EOF)
				sendCut(s, s.upstream, answers, pieces)
				s.upstream.Close()
				readAll(s, s.client, answered, io.EOF)
				s.wantLeg("client", s.srv.Transcript(), asks, answered)
				s.wantLeg("upstream", s.srv.Upstream(), asked, answers)
			})
		}
	}
}

// What is held back passes before an RST, too.
func TestProxyRewritePassesTheRestBeforeAReset(t *testing.T) {
	p := fakeserver.Proxy{Rewrites: []fakeserver.Rewrite{{Direction: transcript.FromClient, Pattern: "abc", With: "x"}}}
	onProxy(t, "memory", p, fault.Plan{}, func(s sides) {
		say(s, s.client, "abcab")
		readN(s, s.upstream, "x")
		resetConn(s, s.client)
		readAll(s, s.upstream, "ab", errReset)
	})
}

// A literal text is also a rule's, on the client's leg.
func TestProxyWithReplaceRules(t *testing.T) {
	faults := plan(
		fault.FromClient(fault.Replace{Old: "secret", New: "public"}),
		fault.ToClient(fault.Replace{Old: "no", New: "yes"}).Times(1),
	)
	onProxy(t, "tcp", fakeserver.Proxy{}, faults, func(s sides) {
		sendCut(s, s.client, "a secret", []int{1})
		halfClose(s, s.client)
		readAll(s, s.upstream, "a public", io.EOF)
		sendCut(s, s.upstream, "no no", []int{1})
		s.upstream.Close()
		readAll(s, s.client, "yes no", io.EOF)
		s.wantLeg("upstream", s.srv.Upstream(), "a public", "no no")
	})
}

func TestProxyRefusesWhatCanNotWork(t *testing.T) {
	for _, c := range []struct {
		proxy fakeserver.Proxy
		words string
	}{
		{fakeserver.Proxy{}, "Upstream is empty"},
		{fakeserver.Proxy{Upstream: "nowhere"}, "missing port"},
		{fakeserver.Proxy{Upstream: "127.0.0.1:1", Network: "udp"}, `Network is "udp"`},
		{fakeserver.Proxy{Upstream: "127.0.0.1:1", Rewrites: []fakeserver.Rewrite{{Pattern: "a"}}}, "Rewrites[0]: Direction"},
		{fakeserver.Proxy{Upstream: "127.0.0.1:1", Rewrites: []fakeserver.Rewrite{{Direction: transcript.ToClient, Pattern: "a$"}}}, "Rewrites[0]"},
		{fakeserver.Proxy{Upstream: "127.0.0.1:1", Rewrites: []fakeserver.Rewrite{{Direction: transcript.ToClient, Pattern: "(", Max: 3}}}, "missing closing )"},
		{fakeserver.Proxy{Upstream: "127.0.0.1:1", Rewrites: []fakeserver.Rewrite{{Direction: transcript.ToClient, Max: -3}}}, "Max is -3"},
	} {
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: c.proxy})
		if err == nil {
			srv.Close()
		}
		if !errors.Is(err, fakeserver.ErrConfig) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%+v: %v, want ErrConfig and %q", c.proxy, err, c.words)
		}
	}
}
