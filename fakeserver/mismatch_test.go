package fakeserver_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// strict says "x", wants "PING", and says what a script would if something else comes, or nothing.
func strict(_ context.Context, c *fakeserver.Conn) error {
	if _, err := io.WriteString(c, "x"); err != nil {
		return err
	}
	got := make([]byte, 4)
	n, err := io.ReadFull(c, got)
	m := &fakeserver.MismatchError{Step: `step 1 of 1, expect "PING"`, Offset: int64(n), Want: `"PING"`, Got: got[:n]}
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		m.Ended = "the client ended its stream"
	case err != nil:
		return err
	case string(got) != "PING":
		m.Offset, m.Detail = 1, "a diff\n"
	default:
		return nil
	}
	return fmt.Errorf("strict: %w", m)
}

func TestMismatchFailsUnlessThePlanIsTheCause(t *testing.T) {
	latency := fault.ToClient(fault.SlowClose{Delay: 1}).NeedNotFire()
	for _, tt := range []struct {
		why, send string
		rule      fault.Rule
		want      string // of Verify; empty: nothing
		note      string
	}{
		{"something else came", "PONG", fault.Rule{}, "byte 1: want \"PING\", got \"PONG\"\na diff", ""},
		{"nothing came any more", "PI", fault.Rule{}, `byte 2: want "PING", got "PI": the client ended its stream`, ""},
		{"nothing came at all", "", fault.Rule{}, `step 1 of 1, expect "PING": byte 0: want "PING", got nothing: the client ended its stream`, ""},
		{"something else came, and a rule did nothing to it", "PONG", fault.FromClient(fault.Slice{Size: 1}), "byte 1", ""},
		{"a rule has changed the other direction", "PONG", fault.ToClient(fault.Replace{Old: "x", New: "y"}), "byte 1", ""},
		{"a rule that is for it has not acted", "PI", latency, "byte 2", ""},
		{"a rule has changed it", "PING", fault.FromClient(fault.Replace{Old: "I", New: "O"}), "", `(no failure: replace.FromClient.1 has acted)`},
		{"a rule has cut it", "PING", fault.FromClient(fault.HalfClose{}).AfterBytes(2), "", `(no failure: half-close.FromClient.1 has acted)`},
		{"a rule has ended it", "PING", fault.FromClient(fault.Close{}).AfterBytes(2), "", "injected close"},
		{"a rule has swallowed it", "PING", fault.FromClient(fault.Blackhole{}).AfterBytes(2), "", `(no failure: blackhole.FromClient.1 has acted)`},
	} {
		t.Run(tt.why, func(t *testing.T) {
			cfg := fakeserver.Config{Handler: fakeserver.HandlerFunc(strict)}
			if tt.rule.Fault != nil {
				cfg.Faults = plan(tt.rule)
			}
			srv, err := fakeserver.Listen(cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer srv.Close()
			c := dial(t, srv)
			send(t, c, tt.send)
			c.CloseWrite()
			io.ReadAll(c)
			wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Close).Len() > 0 })
			err = srv.Verify()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), "conn 1: handler returned: strict: ") || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Verify = %v, want %q", err, tt.want)
			}
			tr := srv.Transcript()
			if got := tr.String(); !strings.Contains(got, tt.note) {
				t.Errorf("the record is\n%swant %q", got, tt.note)
			}
			reset := tr.Ending(transcript.ToClient) == transcript.ByRST
			if want := tt.want != ""; reset != want {
				t.Errorf("the connection was reset: %v, want %v", reset, want)
			}
		})
	}
}

func TestMismatchOfDatagrams(t *testing.T) {
	strict := fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, _ fakeserver.PacketWriter) error {
		if string(p.Data) != "PING" {
			return &fakeserver.MismatchError{Datagram: p.Number, Offset: 1, Want: `"PING"`, Got: []byte(strings.Repeat("x", 100))}
		}
		return nil
	})
	for _, f := range []fault.Fault{nil, fault.Replace{Old: "I", New: "O"}} {
		cfg := fakeserver.PacketConfig{Handler: strict}
		text := "PONG"
		if f != nil {
			text = "PING"
			cfg.Faults = plan(fault.FromClient(fault.Overwrite{At: 1, Bytes: []byte("O")}))
		}
		srv, err := fakeserver.ListenPacket(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		send(t, dialUDP(t, srv), text)
		wait(t, srv, func(tr transcript.Transcript) bool {
			return tr.Kind(transcript.Error).Len() > 0 || strings.Contains(tr.Kind(transcript.Note).String(), "overwrite.FromClient.1 has acted")
		})
		err = srv.Verify()
		want := `peer 1, datagram 1: datagram 1, byte 1: want "PING", got "` + strings.Repeat("x", 64) + `" … 36 bytes more`
		if f == nil && (err == nil || !strings.Contains(err.Error(), want)) || f != nil && err != nil {
			t.Errorf("with %v, Verify = %v", f, err)
		}
	}
}
