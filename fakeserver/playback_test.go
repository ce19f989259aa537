package fakeserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// recordOf returns the recording of a conversation with a handler.
func recordOf(t *testing.T, h fakeserver.Handler, clients ...func(c net.Conn)) transcript.Recording {
	t.Helper()
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: h})
	if err != nil {
		t.Fatal(err)
	}
	for i, client := range clients {
		c := dial(t, srv)
		client(c)
		c.Close()
		wait(t, srv, ended(i+1))
	}
	srv.Close()
	return again(t, srv.Recording())
}

// again returns a recording as it comes back from a file.
func again(t *testing.T, rec transcript.Recording) transcript.Recording {
	t.Helper()
	var file bytes.Buffer
	if _, err := rec.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	rec, err := transcript.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// asks returns a client that sends each text and reads what is answered.
func asks(t *testing.T, pairs ...string) func(net.Conn) {
	return func(c net.Conn) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			if _, err := io.WriteString(c, pairs[i]); err != nil {
				t.Error(err)
			}
			got := make([]byte, len(pairs[i+1]))
			if _, err := io.ReadFull(c, got); err != nil || string(got) != pairs[i+1] {
				t.Errorf("the answer to %q is %q, %v, want %q", pairs[i], got, err, pairs[i+1])
			}
		}
	}
}

// play lets a client talk to a playback, and returns the server when it is closed.
func play(t *testing.T, p *fakeserver.Playback, clients ...func(net.Conn)) *fakeserver.Server {
	t.Helper()
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: p})
	if err != nil {
		t.Fatal(err)
	}
	for i, client := range clients {
		if c, err := net.Dial("tcp", srv.Addr()); err == nil { // else it was reset already
			client(c)
			c.Close()
		}
		wait(t, srv, ended(i+1))
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	return srv
}

var pings = fakeserver.Answers{"PING": "+PONG", "TIME": "12:00", "QUIT": "+BYE"}

func TestPlaybackPlays(t *testing.T) {
	client := asks(t, "PING\r\n", "+PONG\r\n", "TIME\r\n", "12:00\r\n")
	rec := recordOf(t, pings, client, client)
	for range 100 {
		srv := play(t, &fakeserver.Playback{Recording: rec}, client, client)
		if err := srv.Verify(); err != nil {
			t.Fatal(err)
		}
		if d := transcript.Diff(rec.Transcript, srv.Transcript()); d != "" {
			t.Fatalf("it is another exchange:\n%s", d)
		}
	}
}

func TestPlaybackCatchesEachByte(t *testing.T) {
	const said = "PING\r\nTIME\r\n"
	rec := recordOf(t, pings, asks(t, "PING\r\n", "+PONG\r\n", "TIME\r\n", "12:00\r\n"))
	for i := range said {
		wrong := []byte(said)
		wrong[i] ^= 1
		srv := play(t, &fakeserver.Playback{Recording: rec, Name: "ping.jsonl"}, func(c net.Conn) {
			c.Write(wrong[:6])
			io.ReadFull(c, make([]byte, 7))
			c.Write(wrong[6:])
			io.ReadAll(c)
		})
		err := srv.Verify()
		m, ok := errors.AsType[*fakeserver.MismatchError](err)
		if !ok || m.Offset != int64(i) || m.Ended != "" || !strings.HasPrefix(m.Step, "conn 1 of ping.jsonl, message ") {
			t.Errorf("byte %d: %#v\n%v", i, m, err)
		}
		if srv.Transcript().Ending(transcript.ToClient) != transcript.ByRST {
			t.Errorf("byte %d: the record is\n%v", i, srv.Transcript())
		}
		if i == 7 {
			t.Log(err)
		}
	}
}

func TestPlaybackIgnoresAndCarries(t *testing.T) {
	h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		buf := make([]byte, 1000)
		for {
			n, err := c.Read(buf)
			if err != nil {
				return err
			}
			id := regexp.MustCompile(`"id":(\d+)`).FindSubmatch(buf[:n])
			fmt.Fprintf(c, "{%q:%s,%q:true}\n", "id", id[1], "ok")
		}
	})
	ask := func(id, date string) func(net.Conn) {
		return asks(t, fmt.Sprintf("{%q:%s,%q:%q}\n", "id", id, "date", date), fmt.Sprintf("{%q:%s,%q:true}\n", "id", id, "ok"))
	}
	rec := recordOf(t, h, ask("7", "2026-01-01"))
	p := &fakeserver.Playback{
		Recording: rec,
		Ignore:    []transcript.Ignore{{Pattern: regexp.MustCompile(`"date":"([^"]*)"`)}},
		Carry:     []fakeserver.Carry{{Name: "id", Request: fakeserver.Span{Pattern: regexp.MustCompile(`"id":(\d+)`)}}},
		Extra:     fakeserver.ExtraRepeats,
	}
	srv := play(t, p, ask("7", "2026-01-01"), ask("123456", "2027-02-03 04:05"), ask("9", "x"))
	if err := srv.Verify(); err != nil {
		t.Error(err)
	}
}

// What fails names the recorded connection, the offset, what was wanted and what came, and shows both.
func TestPlaybackSaysWhatDiffers(t *testing.T) {
	rec := recordOf(t, pings, asks(t, "PING\r\n", "+PONG\r\n"))
	ping := asks(t, "PING\r\n", "+PONG\r\n")
	for _, tt := range []struct {
		why     string
		p       *fakeserver.Playback
		clients []func(net.Conn)
		want    string
	}{
		{"another byte", &fakeserver.Playback{}, []func(net.Conn){func(c net.Conn) { c.Write([]byte("PONG\r\n")); io.ReadAll(c) }},
			`conn 1: handler returned: conn 1 of ping.jsonl, message 1 of 1: byte 1: want "ING\r\n", got "ONG\r\n"
    want  @0  "PING\r\n"
    got   @0  "PONG\r\n"
                ^`},
		{"the client ends early", &fakeserver.Playback{}, []func(net.Conn){func(c net.Conn) { c.Write([]byte("PIN")) }},
			`conn 1: handler returned: conn 1 of ping.jsonl, message 1 of 1: byte 3: want "G\r\n", got nothing: the client ended its stream
    want  @0  "PING\r\n"
    got   @0  "PIN"
                  ^`},
		{"the client says nothing at all", &fakeserver.Playback{}, []func(net.Conn){func(net.Conn) {}},
			`conn 1 of ping.jsonl, message 1 of 1: byte 0: want "PING\r\n", got nothing: the client ended its stream`},
		{"the client resets the connection", &fakeserver.Playback{}, []func(net.Conn){func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }},
			`byte 0: want "PING\r\n", got nothing: the client reset the connection`},
		{"the client says more", &fakeserver.Playback{}, []func(net.Conn){asks(t, "PING\r\n", "+PONG\r\n", "MORE", "")},
			`byte 6: want nothing more, got "MORE"`},
		{"the client says more, which may not", &fakeserver.Playback{Extra: fakeserver.ExtraRefused}, []func(net.Conn){asks(t, "PING\r\n", "+PONG\r\n", "MORE", "")}, ""},
		{"the client says it again, which may", &fakeserver.Playback{Extra: fakeserver.ExtraRepeats}, []func(net.Conn){asks(t, "PING\r\n", "+PONG\r\n", "PING\r\n", "+PONG\r\n"), ping}, ""},
		{"the client says something else again", &fakeserver.Playback{Extra: fakeserver.ExtraRepeats}, []func(net.Conn){asks(t, "PING\r\n", "+PONG\r\n", "PONG\r\n", "")}, `byte 7: want "ING\r\n", got "ONG\r\n"`},
		{"another connection", &fakeserver.Playback{}, []func(net.Conn){ping, func(c net.Conn) { io.ReadAll(c) }},
			`conn 2: handler returned: connection 2: byte 0: want no more than the 1 connection of ping.jsonl, got "another"`},
		{"another connection, which is refused", &fakeserver.Playback{Extra: fakeserver.ExtraRefused}, []func(net.Conn){ping, func(c net.Conn) { io.ReadAll(c) }}, ""},
	} {
		t.Run(tt.why, func(t *testing.T) {
			tt.p.Recording, tt.p.Name = rec, "ping.jsonl"
			srv := play(t, tt.p, tt.clients...)
			err := srv.Verify()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(unindented(err.Error()), unindented(tt.want))) {
				t.Errorf("Verify =\n%v\nwant\n%s", err, tt.want)
			}
			if n := len(tt.clients); srv.Transcript().Conn(n).Ending(transcript.ToClient) != transcript.ByRST && !strings.Contains(tt.why, "again, which may") {
				t.Errorf("conn %d was not reset:\n%v", n, srv.Transcript())
			}
		})
	}
}

// How long the client may take is exact where the clock is.
func TestPlaybackSaysThatNothingMoreCame(t *testing.T) {
	rec := recordOf(t, pings, asks(t, "PING\r\n", "+PONG\r\n"))
	nettest.Bubble(t, func(tb fakeserver.TB) {
		var network nettest.Network
		srv, err := fakeserver.Listen(fakeserver.Config{Transport: &network, Handler: &fakeserver.Playback{Recording: rec, Patience: time.Hour}})
		if err != nil {
			tb.Fatalf("Listen: %v", err)
		}
		defer srv.Close()
		c, err := srv.Dial(context.Background())
		if err != nil {
			tb.Fatalf("Dial: %v", err)
		}
		defer c.Close()
		began := time.Now()
		io.WriteString(c, "PIN")
		if _, err := io.ReadAll(c); !errors.Is(err, syscall.ECONNRESET) {
			tb.Errorf("the client reads %v, want ECONNRESET", err)
		}
		if d := time.Since(began); d < time.Hour || d > time.Hour+servertest.Patience {
			tb.Errorf("that took %v, want an hour, and what the recorded client took", d)
		}
		srv.Close()
		if err := srv.Verify(); err == nil || !strings.Contains(err.Error(), `byte 3: want "G\r\n", got nothing: nothing more came for 1h`) {
			tb.Errorf("Verify = %v", err)
		}
	})
}

var indents = regexp.MustCompile(`(?m)^ +`)

func unindented(text string) string { return indents.ReplaceAllString(text, "") }
