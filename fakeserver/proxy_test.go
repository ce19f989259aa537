package fakeserver_test

import (
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// proxyEnds are what one side of a proxy does after it has said something, and what the other side gets.
var proxyEnds = []struct {
	why  string
	rst  bool // not on unix sockets
	do   func(s sides)
	from string // on both legs
	to   string
}{
	{"the client's FIN passes, and the answer still comes", false, func(s sides) {
		say(s, s.client, "question")
		halfClose(s, s.client)
		readAll(s, s.upstream, "question", io.EOF)
		say(s, s.upstream, "answer")
		s.upstream.Close()
		readAll(s, s.client, "answer", io.EOF)
	}, "question", "answer"},
	{"the upstream's FIN passes, and what the client still says does, too", false, func(s sides) {
		say(s, s.upstream, "that's all")
		halfClose(s, s.upstream)
		readAll(s, s.client, "that's all", io.EOF)
		say(s, s.client, "thanks")
		halfClose(s, s.client)
		readAll(s, s.upstream, "thanks", io.EOF)
	}, "thanks", "that's all"},
	{"the client's RST passes after what it has said", true, func(s sides) {
		say(s, s.client, "wait")
		readN(s, s.upstream, "wait")
		resetConn(s, s.client)
		readAll(s, s.upstream, "", errReset)
	}, "wait", ""},
	{"the upstream's RST passes after what it has said", true, func(s sides) {
		say(s, s.client, "go")
		readN(s, s.upstream, "go")
		say(s, s.upstream, "going")
		readN(s, s.client, "going")
		resetConn(s, s.upstream)
		readAll(s, s.client, "", errReset)
	}, "go", "going"},
	{"the upstream closes with something unread: an RST", false, func(s sides) {
		say(s, s.client, "unread")
		s.awaitUpstream("the bytes", func(u transcript.Transcript) bool { return len(u.FromClient()) == 6 })
		awaitArrived(s, s.upstream, 6)
		s.upstream.Close()
		if s.client.LocalAddr().Network() == "unix" {
			readAll(s, s.client, "", io.EOF) // there is no RST towards it
		} else {
			readAll(s, s.client, "", errReset)
		}
	}, "unread", ""},
}

func TestProxyPassesEnds(t *testing.T) {
	for _, network := range proxied {
		for _, e := range proxyEnds {
			if e.rst && network == "unix" {
				continue
			}
			t.Run(network+"/"+e.why, func(t *testing.T) {
				onProxy(t, network, fakeserver.Proxy{}, fault.Plan{}, func(s sides) {
					e.do(s)
					s.wantLegs(e.from, e.to)
				})
			})
		}
	}
}

// A side that has stopped reading does not keep an end from passing once it reads again.
func TestProxyPassesEndsBehindAStall(t *testing.T) {
	for _, network := range proxied {
		for _, end := range []string{"FIN", "RST"} {
			if end == "RST" && network == "unix" {
				continue
			}
			for _, from := range []string{"client", "upstream"} {
				t.Run(network+"/"+end+" of the "+from, func(t *testing.T) {
					t.Parallel() // that nothing passes any more is waited for
					onProxy(t, network, fakeserver.Proxy{}, fault.Plan{}, func(s sides) {
						a, b := s.client, s.upstream
						if from == "upstream" {
							a, b = b, a
						}
						passesBehindAStall(s, a, b, end == "RST")
					})
				})
			}
		}
	}
}

func passesBehindAStall(s sides, a, b net.Conn, rst bool) {
	s.Helper()
	sum, want := fill(s, a), io.EOF
	if rst {
		want = error(syscall.ECONNRESET)
		resetConn(s, a)
	} else {
		halfClose(s, a)
	}
	n, err := io.Copy(io.Discard, b)
	if err == nil {
		err = io.EOF
	}
	// What a kernel that has got an RST keeps of what it has not sent yet is its own affair: some is lost with it.
	if rst && (n > int64(sum) || n == 0) || !rst && n != int64(sum) {
		s.Errorf("%d of %d bytes passed", n, sum)
	}
	if !isErr(err, want) {
		s.Errorf("then %v, want %v", err, want)
	}
}
