package fakeserver_test

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

// What can't be played is refused at the start, with what to do about it.
func TestPlaybackRefuses(t *testing.T) {
	rec := recordOf(t, pings, asks(t, "PING\r\n", "+PONG\r\n"))
	greeted := recordOf(t, fakeserver.HandlerFunc(greet), func(c net.Conn) {
		io.WriteString(c, "me\n")
		io.ReadAll(c)
	})
	datagrams := recordResolver(t, [][]byte{dnsQuery(1, "a")})
	short, err := fakeserver.Listen(fakeserver.Config{Handler: pings, RecordLimit: 8})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, short)
	asks(t, "PING\r\n", "+PONG\r\n")(c)
	c.Close()
	wait(t, short, ended(1))
	short.Close()
	broken := rec
	broken.Origin.Plan = []byte(`{"rules":[{"fault":{"kind":"gremlin"}}]}`)
	digits := regexp.MustCompile(`\d+`)
	for _, tt := range []struct {
		why  string
		h    fakeserver.Handler
		want string
	}{
		{"an empty recording", &fakeserver.Playback{}, "Recording has no connection"},
		{"one of datagrams", &fakeserver.Playback{Recording: datagrams}, "play it with a PacketPlayback"},
		{"bytes that were not kept", &fakeserver.Playback{Recording: again(t, short.Recording())}, "Recording, conn 1: the recording did not keep all of its bytes: record again without a RecordLimit"},
		{"a pace", &fakeserver.Playback{Recording: rec, Pace: -1}, "Pace is -1, want 0 or more"},
		{"a match", &fakeserver.Playback{Recording: rec, Match: 7}, "there is no Match 7"},
		{"an extra", &fakeserver.Playback{Recording: rec, Extra: 7}, "there is no Extra 7"},
		{"a server that greets", &fakeserver.Playback{Recording: greeted, Match: fakeserver.ByFirstBytes}, "on conn 1 the server spoke first: use ByOrder"},
		{"an Ignore of nothing", &fakeserver.Playback{Recording: rec, Ignore: []transcript.Ignore{{}}}, "Ignore 1: transcript: Ignore: it ignores nothing"},
		{"an Ignore of the server's side", &fakeserver.Playback{Recording: rec, Ignore: []transcript.Ignore{{Direction: transcript.ToClient, To: 1}}}, "Ignore 1: it is about what the server sends"},
		{"an Ignore of no connection", &fakeserver.Playback{Recording: rec, Ignore: []transcript.Ignore{{Conn: 2, To: 1}}}, "Ignore 1: the recording has no conn 2"},
		{"a pattern of nothing", &fakeserver.Playback{Recording: rec, Ignore: []transcript.Ignore{{Pattern: digits}}}, "Ignore 1: nothing that the recorded client sent matches `\\d+`"},
		{"a pattern of the end", &fakeserver.Playback{Recording: rec, Ignore: []transcript.Ignore{{Pattern: regexp.MustCompile(`\n$`)}}}, "is the end of the text"},
		{"a Carry of nothing", &fakeserver.Playback{Recording: rec, Carry: []fakeserver.Carry{{Name: "id", Request: fakeserver.Span{Pattern: digits}}}}, `Carry "id": nothing that the recorded client sent is there`},
		{"a Carry that no answer has", &fakeserver.Playback{Recording: rec, Carry: []fakeserver.Carry{{Request: fakeserver.Span{To: 2}}}}, "Carry 1: of the 1 value that the recorded requests have there, no later answer has one in its place: what only varies is for Vary"},
		{"a Carry of two kinds", &fakeserver.Playback{Recording: rec, Carry: []fakeserver.Carry{{Request: fakeserver.Span{To: 2, Pattern: digits}}}}, "Carry 1: Request: it has a Pattern and offsets"},
		{"a Span of nothing", &fakeserver.Playback{Recording: rec, Vary: []fakeserver.Span{{From: 2, To: 2}}}, "Vary 1: Request: From 2, To 2 is no range"},
		{"a plan", &fakeserver.Playback{Recording: broken}, "gremlin"},
	} {
		_, err := fakeserver.Listen(fakeserver.Config{Handler: tt.h})
		wantError(t, tt.why, err, fakeserver.ErrConfig, tt.want)
	}
	_, err = fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: &fakeserver.PacketPlayback{Recording: rec}})
	wantError(t, "a stream's", err, fakeserver.ErrConfig, "play it with a Playback")
	if srv := play(t, &fakeserver.Playback{Recording: broken, Healthy: true}, asks(t, "PING\r\n", "+PONG\r\n")); srv.Verify() != nil {
		t.Error(srv.Verify())
	}
}

// Connections that come in another order are known by what they begin with; of two that may be it, by what comes next.
func TestPlaybackByFirstBytes(t *testing.T) {
	h := fakeserver.Answers{"GET": "a", "GET b": "b", "PUT": "c"}
	rec := recordOf(t, h, asks(t, "GET\n", "a\n"), asks(t, "GET b\n", "b\n", "PUT\n", "c\n"), asks(t, "PUT\n", "c\n"))
	p := &fakeserver.Playback{Recording: rec, Match: fakeserver.ByFirstBytes}
	srv := play(t, p, asks(t, "PUT\n", "c\n"), asks(t, "GET b\n", "b\n", "PUT\n", "c\n"))
	if err := srv.Verify(); err != nil || len(p.Unplayed()) != 1 || p.Unplayed()[0] != 1 {
		t.Errorf("Verify = %v, and unplayed are %v", err, p.Unplayed())
	}
	p = &fakeserver.Playback{Recording: rec, Match: fakeserver.ByFirstBytes, Name: "x.jsonl"}
	err := play(t, p, asks(t, "GET\n", "a\n"), func(c net.Conn) { io.WriteString(c, "GET c\n"); io.ReadAll(c) }).Verify()
	wantError(t, "as none begins", err, nil, `conn 2: handler returned: conn 2 of x.jsonl, message 1 of 2: byte 4: want "b\n", got "c\n"`)
}

// It is the same on a unix socket and in memory, for a server that speaks first and closes, too.
func TestPlaybackOnEachNetwork(t *testing.T) {
	rec := recordOf(t, fakeserver.HandlerFunc(greet), func(c net.Conn) {
		io.WriteString(c, "me\n")
		io.ReadAll(c)
	})
	for why, cfg := range map[string]fakeserver.Config{
		"unix": {Network: "unix", Addr: filepath.Join(t.TempDir(), "s")}, "memory": {Transport: &nettest.Network{}}, "tcp": {},
	} {
		cfg.Handler = &fakeserver.Playback{Recording: rec}
		srv := fakeserver.Start(t, cfg)
		c, err := dialer(cfg)(t.Context(), srv.Transcript().Header().Network, srv.Addr())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, "me\n")
		if got, err := io.ReadAll(c); err != nil || string(got) != "who? hello me\n" {
			t.Errorf("%s: the client reads %q, %v", why, got, err)
		}
		c.Close()
	}
}

// dialer returns what dials a server of that kind.
func dialer(cfg fakeserver.Config) func(ctx context.Context, network, addr string) (net.Conn, error) {
	if network, ok := cfg.Transport.(*nettest.Network); ok {
		return network.DialContext
	}
	return (&net.Dialer{}).DialContext
}

// greet asks, answers, and closes.
func greet(_ context.Context, c *fakeserver.Conn) error {
	io.WriteString(c, "who? ")
	buf := make([]byte, 100)
	n, err := c.Read(buf)
	if err != nil {
		return err
	}
	_, err = io.WriteString(c, "hello "+string(buf[:n]))
	return err
}

// No Read of the client gets two of the recorded segments.
func TestPlaybackKeepsSegments(t *testing.T) {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: pings, Faults: plan(fault.ToClient(fault.Slice{Sizes: []int64{1, 3, 2}}))})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, srv)
	asks(t, "PING\r\n", "+PONG\r\n")(c)
	c.Close()
	wait(t, srv, ended(1))
	srv.Close()
	for _, healthy := range []bool{false, true} {
		played := fakeserver.Start(t, fakeserver.Config{Handler: &fakeserver.Playback{Recording: again(t, srv.Recording()), Healthy: healthy}})
		c := dial(t, played)
		io.WriteString(c, "PING\r\n")
		var reads []string
		for got := 0; got < 7; {
			buf := make([]byte, 100)
			n, err := c.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			reads = append(reads, string(buf[:n]))
			got += n
		}
		if got := strings.Join(reads, "|"); got != "+|PON|G\r|\n" {
			t.Errorf("the client reads %q", got)
		}
		c.Close()
	}
}

// The draws of a rule are those of the recording, whatever the test is called.
func TestPlaybackDrawsTheSame(t *testing.T) {
	var rec transcript.Recording
	t.Run("recording", func(t *testing.T) {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: pings, Faults: plan(fault.FromClient(fault.Corrupt{Rate: .01}).NeedNotFire(), fault.OnAccept(fault.Reset{}).WithProbability(.5))})
		for range 30 {
			if c, err := net.Dial("tcp", srv.Addr()); err == nil {
				io.WriteString(c, "TIME\n")
				io.ReadAll(io.LimitReader(c, 6))
				c.Close()
			}
		}
		wait(t, srv, ended(30))
		rec = again(t, srv.Recording())
	})
	t.Run("playback", func(t *testing.T) {
		srv := fakeserver.Start(t, fakeserver.Config{Handler: &fakeserver.Playback{Recording: rec}})
		for range 30 {
			if c, err := net.Dial("tcp", srv.Addr()); err == nil {
				io.WriteString(c, "TIME\n")
				io.ReadAll(io.LimitReader(c, 6))
				c.Close()
			}
		}
		wait(t, srv, ended(30))
		if got, want := srv.Transcript().Kind(transcript.RST).Len(), rec.Transcript.Kind(transcript.RST).Len(); got != want || got == 0 || got == 30 {
			t.Errorf("%d connections were reset, want %d", got, want)
		}
	})
}
