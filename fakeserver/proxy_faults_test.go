package fakeserver_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Each fault acts on the client's leg of a Proxy as on a handler's connection, and the upstream sees what its own process
// would have: what the handler reads in eachFaultOnTheWire, and an end of its own.
func TestProxyWithEachFault(t *testing.T) {
	for name, w := range eachFaultOnTheWire {
		if w.failed > 0 || w.client == " refused" || w.unanswered && w.handler == "" {
			continue // nothing comes to the proxy
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantProxied(t, w)
		})
	}
}

// An upstreamReading is what a real server has read, and how that ended after it has answered.
type upstreamReading struct {
	asked reading
	then  error
}

func wantProxied(t *testing.T, w wireCase) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	read := make(chan upstreamReading, 1)
	go func() {
		if c, err := ln.Accept(); err == nil {
			defer c.Close()
			read <- w.serve(c)
		}
	}()
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Proxy{Upstream: ln.Addr().String()}, Faults: plan(w.rule)})
	began := time.Now()
	over, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	client := make(chan reading, 1)
	go func() {
		defer cancel()
		client <- w.ping(srv)
	}()
	if w.held {
		if err := srv.AwaitHeld(over, "gate"); err != nil || over.Err() != nil {
			t.Errorf("the client is done, and nothing was held: %v", err)
		}
		srv.Release("gate")
	}
	wantReading(t, "client", <-client, w.client, began, w.lateClient)
	if w.handler == "" {
		srv.Stop()
		if u := srv.Upstream(); u.Len() > 0 {
			t.Errorf("the upstream was dialed:\n%v", u)
		}
		return
	}
	wantUpstreamReading(t, w, <-read, began)
	wait(t, srv, func(transcript.Transcript) bool { return ended(1)(srv.Upstream()) })
	if got := string(srv.Upstream().Conn(1).FromClient()); got != strings.Fields(w.handler)[0] && !w.cut {
		t.Errorf("the upstream's leg has %q, want what the upstream read\n%v", got, srv.Upstream())
	}
}

// serve is the real server.
func (w wireCase) serve(c net.Conn) (u upstreamReading) {
	c.SetDeadline(time.Now().Add(patience))
	from := io.Reader(c)
	if w.noFIN {
		from = io.LimitReader(c, 4)
	}
	u.asked = w.readAll(from)
	io.WriteString(c, "PONG")
	if w.noFIN && u.asked.err == io.EOF {
		_, u.then = c.Read(make([]byte, 1))
	}
	return u
}

// wantUpstreamReading checks what the real server saw.
func wantUpstreamReading(t *testing.T, w wireCase, got upstreamReading, began time.Time) {
	t.Helper()
	end := "EOF"
	if _, isReset := w.rule.Fault.(fault.Reset); isReset {
		end = "reset"
	}
	want := strings.Replace(w.handler, "injected", end, 1)
	if w.cut { // how packets come to a reader is up to its kernel
		want = strings.ReplaceAll(want, "|", "")
		got.asked.text = strings.ReplaceAll(got.asked.text, "|", "")
	}
	wantReading(t, "upstream", got.asked, want, began, w.lateHandler)
	if w.noFIN && got.asked.err == io.EOF && !isErr(got.then, errReset) {
		t.Errorf("the upstream reads %v after its answer, want a reset", got.then)
	}
}

// What a rule's reset comes after is all there before the upstream's RST, also where that takes a while to read it.
func TestProxyWithResetAfterMuch(t *testing.T) {
	const much = 4 << 20
	onProxy(t, "tcp", fakeserver.Proxy{}, plan(fault.FromClient(fault.Reset{}).AfterBytes(much)), func(s sides) {
		go io.WriteString(s.client, strings.Repeat("x", much+1000))
		s.awaitUpstream("the first bytes", func(u transcript.Transcript) bool { return len(u.FromClient()) > 0 })
		n, err := io.Copy(io.Discard, s.upstream)
		if n != much || !isErr(err, errReset) {
			s.Errorf("the upstream reads %d bytes, then %v; want %d, and a reset", n, err, much)
		}
	})
}
