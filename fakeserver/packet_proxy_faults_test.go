package fakeserver_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a rule makes of datagrams, the upstream gets, or the client; the upstream leg is untouched by rules to the client.
func TestPacketProxyWithEachFault(t *testing.T) {
	for name, row := range eachPacketFault {
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			rule := row.rule
			rule.Direction = d
			t.Run(d.String()+" "+name, func(t *testing.T) {
				if row.refused {
					wantPacketProxyRefusal(t, rule)
					return
				}
				there := "ab cd ef end"
				if d == transcript.FromClient {
					there = row.want
				}
				wantPacketProxied(t, rule, there, row.want, row.late)
			})
		}
	}
}

// wantPacketProxied checks what the upstream gets of ab, cd, ef and end, and what the client gets of that, which comes back.
func wantPacketProxied(t *testing.T, rule fault.Rule, there, back string, isLate bool) {
	onPacketProxy(t, "memory", fakeserver.PacketProxy{}, fakeserver.PacketEcho{}, plan(rule), func(s packetProxied) {
		c := s.dial()
		c.SetDeadline(time.Time{})
		began := time.Now()
		for _, text := range []string{"ab", "cd", "ef", "end"} {
			send(t, c, text)
			synctest.Wait()
		}
		var got datagrams
		for p := make([]byte, 100); !got.ended(); {
			n, err := c.Read(p)
			if err != nil {
				t.Fatalf("after %q: %v", &got, err)
			}
			got.add(p[:n])
		}
		if d := time.Since(began); isLate && d < lateness {
			t.Errorf("all came within %v, want %v or more", d, lateness)
		}
		if got.String() != back {
			t.Errorf("the client got %q, want %q", &got, back)
		}
		for what, d := range map[string][][]byte{
			"the upstream got":   s.upstream.Transcript().Datagrams(transcript.FromClient),
			"its leg has":        s.srv.Upstream().Datagrams(transcript.FromClient),
			"its answers are":    s.upstream.Transcript().Datagrams(transcript.ToClient),
			"its leg has as its": s.srv.Upstream().Datagrams(transcript.ToClient),
		} {
			if text := strings.Join(texts(d), " "); text != there {
				t.Errorf("%s %q, want %q", what, text, there)
			}
		}
	})
}

func texts(all [][]byte) (out []string) {
	for _, p := range all {
		out = append(out, string(p))
	}
	return out
}

// wantPacketProxyRefusal checks that the proxy's port is unreachable once the rule has acted.
func wantPacketProxyRefusal(t *testing.T, rule fault.Rule) {
	onPacketProxy(t, "memory", fakeserver.PacketProxy{}, fakeserver.PacketEcho{}, plan(rule), func(s packetProxied) {
		c := s.dial()
		for _, text := range []string{"ab", "cd", "ef"} {
			send(t, c, text)
			synctest.Wait()
		}
		var err error
		for p := make([]byte, 9); err == nil; {
			_, err = c.Read(p)
		}
		if !strings.Contains(err.Error(), "refused") {
			t.Errorf("Read = %v, want that the port is refused", err)
		}
		want := "ab cd"
		if _, is := rule.Fault.(fault.Restart); is && rule.Direction == transcript.FromClient {
			want = "ab" // it drops what the handler has not got
		}
		if text := strings.Join(texts(s.upstream.Transcript().Datagrams(transcript.FromClient)), " "); text != want {
			t.Errorf("the upstream got %q, want %q", text, want)
		}
	})
}

func TestPacketProxySetFaultsLive(t *testing.T) {
	onPacketProxy(t, "udp", fakeserver.PacketProxy{}, fakeserver.PacketEcho{}, fault.Plan{}, func(s packetProxied) {
		c := s.dial()
		for _, row := range []struct {
			rules []fault.Rule
			want  string
		}{
			{nil, "hello"}, {[]fault.Rule{fault.ToClient(fault.Truncate{Size: 2})}, "he"},
			{[]fault.Rule{fault.FromClient(fault.Overwrite{Bytes: []byte("J")})}, "Jello"}, {nil, "hello"},
		} {
			if err := s.srv.SetFaults(plan(row.rules...)); err != nil {
				t.Fatal(err)
			}
			send(t, c, "hello")
			wantRead(t, c, row.want)
		}
	})
}

// A session outlasts its handler: what came before SetHandler is still answered, and what comes later is the other's.
func TestPacketProxyBringsAnswersBackAfterSetHandler(t *testing.T) {
	onPacketProxy(t, "memory", fakeserver.PacketProxy{Idle: 5 * time.Second}, fakeserver.PacketHandlerFunc(
		func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
			time.Sleep(3 * time.Second)
			_, err := w.Write(p.Data)
			return err
		}), fault.Plan{}, func(s packetProxied) {
		c := s.dial()
		send(t, c, "slow")
		synctest.Wait()
		if err := s.srv.SetHandler(fakeserver.PacketReply{Data: "other"}); err != nil {
			t.Fatal(err)
		}
		send(t, c, "x")
		wantRead(t, c, "other")
		wantRead(t, c, "slow")
		time.Sleep(6 * time.Second)
		if err := s.srv.SetHandler(fakeserver.PacketEcho{}); err != nil {
			t.Fatal(err)
		}
		if err := s.srv.Verify(); err != nil {
			t.Error(err)
		}
	})
}
