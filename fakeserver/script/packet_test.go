package script_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/script"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// servePackets runs a script in a bubble with a client that sends datagrams, a second apart, and returns what it was
// answered within a minute after the last, each with "|", and what Verify says after that.
func servePackets(t *testing.T, h fakeserver.PacketHandler, sends []string, rules ...fault.Rule) (answers string, record transcript.Transcript, verify error) {
	t.Helper()
	nettest.Bubble(t, func(tb fakeserver.TB) {
		var n nettest.Network
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Transport: &n, Handler: h, Faults: fault.Plan{Rules: rules}})
		if err != nil {
			tb.Fatalf("ListenPacket: %v", err)
		}
		defer srv.Close()
		c, err := n.DialContext(context.Background(), "udp", srv.Addr())
		if err != nil {
			tb.Fatalf("Dial: %v", err)
		}
		defer c.Close()
		for _, s := range sends {
			c.Write([]byte(s))
			time.Sleep(time.Second)
		}
		c.SetReadDeadline(time.Now().Add(time.Minute))
		p := make([]byte, 100)
		for k, err := c.Read(p); err == nil; k, err = c.Read(p) {
			answers += string(p[:k]) + "|"
		}
		srv.Close()
		verify, record = srv.Verify(), srv.Transcript()
	})
	return answers, record, verify
}

func TestPacketScript(t *testing.T) {
	for _, tt := range []struct {
		why    string
		script script.PacketScript
		sends  []string
		want   string   // the answers
		words  []string // of Verify; nil: nothing
	}{
		{"exact datagrams, and empty ones", script.PacketScript{expect("ping"), send("pong"), expect(""), send(""), send("x")}, []string{"ping", ""}, "pong||x|", nil},
		{"another datagram", script.PacketScript{expect("ping"), send("pong")}, []string{"pang"}, "",
			[]string{`peer 1`, `step 1 of 2, expect "ping": datagram 1, byte 1: want "ping", got "pang"`, "    got  @0  \"pang\"\n               ^\n    left: send \"pong\""}},
		{"a longer datagram", script.PacketScript{expect("ping")}, []string{"pings"}, "", []string{"byte 4", "the datagram has 1 bytes more"}},
		{"a shorter datagram", script.PacketScript{expect("ping")}, []string{"pin"}, "", []string{"byte 3", "the datagram ends after 3 of 4 bytes"}},
		{"two datagrams are not one", script.PacketScript{expect("ping")}, []string{"pi", "ng"}, "", []string{"datagram 1, byte 2"}},
		{"no second datagram", script.PacketScript{expect("a"), expect("b")}, []string{"a"}, "", []string{`step 2 of 2, expect "b": datagram 2, byte 0: want "b", got nothing: the server was closed`}},
		{"groups", script.PacketScript{expectMatch(`id=(?P<id>\d+)`, 0), sendExpand("ok ${id} $$")}, []string{"id=12 and more"}, "ok 12 $|", nil},
		{"no match", script.PacketScript{expectMatch(`id=(?P<id>\d+)$`, 0)}, []string{"id=1x"}, "", []string{`byte 5: want a match of /id=(?P<id>\d+)$/`}},
		{"too long a datagram", script.PacketScript{expectMatch(`.*`, 3)}, []string{"abcd"}, "", []string{"the datagram has 4 bytes, over 3"}},
		{"a choice in a loop", script.PacketScript{script.Loop(script.Choose(script.Script{expect("a"), send("1")}, script.Script{expectMatch("b+$", 0), send("2")}))}, []string{"a", "bb", "a"}, "1|2|1|", nil},
		{"none of a choice", script.PacketScript{script.Choose(script.Script{expect("abc")}, script.Script{expectMatch("ab+$", 0)})}, []string{"abx"}, "", []string{`choose: datagram 1, byte 3: want "abc" or a match of /ab+$/`}},
		{"in the middle of a round", script.PacketScript{script.Loop(expect("a"), expect("b"))}, []string{"a"}, "", []string{`step 1.2 of 1, round 1, expect "b"`}},
		{"what comes after the last step is nobody's", script.PacketScript{expect("a"), send("1")}, []string{"a", "a"}, "1|", nil},
		{"in time", script.PacketScript{script.Within(time.Second, expect("a")), script.Wait(time.Second), script.Within(time.Second, expect("b")), send("1")}, []string{"a", "b"}, "1|", nil},
		{"not in time", script.PacketScript{expect("a"), script.Within(time.Millisecond, expect("b"))}, []string{"a", "b"}, "", []string{`step 2.1 of 2, expect "b"`, "not within 1ms"}},
		{"repeated", script.PacketScript{script.Repeat(2, expect("a"), send("b"))}, []string{"a", "a"}, "b|b|", nil},
		{"the server speaks again and again", script.PacketScript{expect("a"), script.Repeat(3, send("tick"), script.Wait(time.Second))}, []string{"a"}, "tick|tick|tick|", nil},
	} {
		t.Run(tt.why, func(t *testing.T) {
			answers, record, err := servePackets(t, tt.script, tt.sends)
			if answers != tt.want {
				t.Errorf("answered %q, want %q\n%v", answers, tt.want, record)
			}
			if tt.words == nil && err != nil || tt.words != nil && err == nil {
				t.Errorf("Verify = %v, want %q", err, tt.words)
			}
			for _, w := range tt.words {
				if err != nil && !strings.Contains(err.Error(), w) {
					t.Errorf("Verify does not say %q: %v", w, err)
				}
			}
		})
	}
}

// The plan is the cause of what it loses or changes.
func TestPacketScriptAndThePlan(t *testing.T) {
	s := script.PacketScript{expect("a"), send("1"), expect("b"), send("2")}
	for _, tt := range []struct {
		rule   fault.Rule
		excuse bool
	}{
		{fault.FromClient(fault.Loss{Rate: 1}).AfterDatagrams(1), true},
		{fault.FromClient(fault.Duplicate{Rate: 1}).AfterDatagrams(1), true},
		{fault.FromClient(fault.Overwrite{At: 0, Bytes: []byte("x")}).AfterDatagrams(1), true},
		{fault.ToClient(fault.Overwrite{At: 0, Bytes: []byte("x")}), false},
	} {
		sends := []string{"a", "b"}
		if !tt.excuse {
			sends[1] = "x"
		}
		if _, record, err := servePackets(t, s, sends, tt.rule); (err == nil) != tt.excuse {
			t.Errorf("%v: Verify = %v\n%v", tt.rule, err, record)
		}
	}
}

// Each peer has its own script, and its own place in it, on sockets too.
func TestPacketScriptsOnSockets(t *testing.T) {
	handler := fakeserver.PacketSequence{
		script.PacketScript{expect("a"), send("1"), script.Hold("gate"), send("2")}, script.PacketScript{expect("a"), send("other"), expect("b"), send("!")}}
	for network, address := range map[string]string{"udp": "", "unixgram": filepath.Join(t.TempDir(), "s")} {
		srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Network: network, Addr: address, Handler: handler})
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		c, d := dialPacket(t, srv, network), dialPacket(t, srv, network)
		ask(t, c, "a", "1")
		ask(t, d, "a", "other")
		ctx, cancel := context.WithTimeout(t.Context(), servertest.Patience)
		defer cancel()
		if err := srv.AwaitHeld(ctx, "gate"); err != nil {
			t.Fatal(err)
		}
		ask(t, d, "b", "!")
		if err := srv.Release("gate"); err != nil {
			t.Fatal(err)
		}
		ask(t, emptyWrites{c}, "", "2")
		srv.Close()
		if err := srv.Verify(); err != nil {
			t.Error(err)
		}
	}
}

func dialPacket(t *testing.T, srv *fakeserver.PacketServer, network string) net.Conn {
	t.Helper()
	var d net.Dialer
	if network == "unixgram" {
		d.LocalAddr = &net.UnixAddr{Net: network, Name: filepath.Join(t.TempDir(), "c")}
	}
	c, err := d.DialContext(t.Context(), network, srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(servertest.Patience))
	return c
}

// emptyWrites sends no datagram for no bytes.
type emptyWrites struct{ net.Conn }

func (c emptyWrites) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return c.Conn.Write(p)
}

// A client whose server gets another handler has done nothing wrong.
func TestPacketScriptWhoseServerGetsAnotherHandler(t *testing.T) {
	for _, s := range []script.PacketScript{{expect("a"), send("1"), expect("b")}, {script.Loop(expect("a"), send("1"))}} {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			var n nettest.Network
			srv := fakeserver.StartPacket(tb, fakeserver.PacketConfig{Transport: &n, Handler: s})
			c, err := srv.Dial(context.Background())
			if err != nil {
				tb.Fatalf("Dial: %v", err)
			}
			defer c.Close()
			c.Write([]byte("a"))
			time.Sleep(time.Second)
			if err := srv.SetHandler(fakeserver.PacketEcho{}); err != nil {
				tb.Errorf("SetHandler: %v", err)
			}
			time.Sleep(time.Second)
		})
	}
}

// What a script sends while its server is down is lost. The script goes on, to its end.
func TestPacketScriptGoesOnAfterDown(t *testing.T) {
	s := script.PacketScript{expect("a"), send("1"), script.Wait(time.Second), send("lost"), expect("b"), send("2")}
	nettest.Bubble(t, func(tb fakeserver.TB) {
		var n nettest.Network
		srv := fakeserver.StartPacket(tb, fakeserver.PacketConfig{Transport: &n, Handler: s})
		c, err := srv.Dial(context.Background())
		if err != nil {
			tb.Fatalf("Dial: %v", err)
		}
		defer c.Close()
		c.Write([]byte("a"))
		time.Sleep(time.Millisecond)
		if err := srv.Down(); err != nil {
			tb.Errorf("Down: %v", err)
		}
		time.Sleep(2 * time.Second)
		if err := srv.Up(); err != nil {
			tb.Errorf("Up: %v", err)
		}
		c.Write([]byte("b"))
		time.Sleep(time.Second)
		var answers []string
		for _, d := range srv.Transcript().Datagrams(transcript.ToClient) {
			answers = append(answers, string(d))
		}
		if got := strings.Join(answers, " "); got != "1 2" {
			tb.Errorf("the answers are %q, want 1 and 2:\n%v", got, srv.Transcript())
		}
	})
}

// A script whose server has another handler has ended by that, also where the server is closed before the script hears of it.
func TestPacketScriptIsReplacedJustBeforeClose(t *testing.T) {
	s := script.PacketScript{expect("a"), send("1"), expect("b")}
	for range 300 {
		nettest.Bubble(t, func(tb fakeserver.TB) {
			var n nettest.Network
			srv := fakeserver.StartPacket(tb, fakeserver.PacketConfig{Transport: &n, Handler: s})
			c, err := srv.Dial(context.Background())
			if err != nil {
				tb.Fatalf("Dial: %v", err)
			}
			defer c.Close()
			c.Write([]byte("a"))
			time.Sleep(time.Second)
			if err := srv.SetHandler(fakeserver.PacketEcho{}); err != nil {
				tb.Errorf("SetHandler: %v", err)
			}
			if err := errors.Join(srv.Close(), srv.Verify()); err != nil {
				tb.Errorf("Close and Verify: %v", err)
			}
			if srv.Transcript().Kind(transcript.Error).Len() > 0 {
				tb.Errorf("the record has an error:\n%v", srv.Transcript())
			}
		})
	}
}

// A single datagram is no conversation.
func TestPacketScriptIsForPeers(t *testing.T) {
	for _, h := range []fakeserver.PacketHandler{script.PacketScript{expect("a")}, &script.PacketFile{}} {
		if err := h.ServePacket(t.Context(), fakeserver.Packet{}, nil); err == nil {
			t.Errorf("%T serves a datagram", h)
		}
	}
}

func TestParsePackets(t *testing.T) {
	f, err := script.ParsePackets("x.txtar", "-- peer 1 --\nexpect a\nsend 1\nhold gate\n-- peer 2 --\nexpect @x\nsend 2\n-- x --\nb\n")
	if err != nil {
		t.Fatal(err)
	}
	if want := "-- peer 1 --\nexpect \"a\"\nsend \"1\"\nhold \"gate\"\n-- peer 2 --\nexpect \"b\\n\"\nsend \"2\"\n"; f.String() != want || len(f.Gates()) != 1 {
		t.Errorf("%s, gates %q", f, f.Gates())
	}
	if _, _, err := servePackets(t, f, []string{"b"}); err == nil || !strings.Contains(err.Error(), `peer 1, datagram 1: x.txtar:2: expect "a": datagram 1, byte 0: want "a", got "b"`) {
		t.Errorf("Verify = %v", err)
	}
	if _, err := script.ParsePackets("x.txtar", "expect-line a\nclose\n-- conn 1 --\n"); err == nil || !strings.Contains(err.Error(), "x.txtar:3: -- conn 1 -- in a script for a peer: want -- peer 1 --") {
		t.Errorf("ParsePackets = %v", err)
	}
	if _, err := script.ParsePackets("x.txtar", "expect-line a\n"); err == nil || !strings.Contains(err.Error(), `x.txtar:1: expect-line "a": it is not for datagrams`) {
		t.Errorf("ParsePackets = %v", err)
	}
	if _, err := script.ReadPacketFile(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there is read")
	}
}
