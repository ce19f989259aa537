package fakeserver

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// traced is set in a process that is to trace.
const traced = "FAKEWIRE_TEST_TRACE"

// Each server's events are lines on standard error, in the order and the words of its record.
func TestTraceShowsEventsAsTheyHappen(t *testing.T) {
	if os.Getenv(traced) == "" {
		for value, want := range map[string]bool{"1": true, "0": false, "": false} {
			cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
			cmd.Env = append(os.Environ(), traced+"=1", traceVariable+"="+value)
			var out, trace strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &trace
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s%s", err, &out, &trace)
			}
			_, records, _ := strings.Cut(out.String(), "records:\n")
			records, _, _ = strings.Cut(records, "that's all\n")
			if want && (trace.String() != records || strings.Count(records, "\n") < 8) {
				t.Errorf("it is traced\n%s\nand recorded\n%s", &trace, records)
			}
			if !want && trace.Len() > 0 {
				t.Errorf("%s=%q: there is a trace:\n%s", traceVariable, value, &trace)
			}
		}
		return
	}
	var records strings.Builder
	for _, name := range []string{"one", ""} {
		srv, err := Listen(Config{Name: name, Handler: Reply{Data: "PONG"}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := srv.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c.Write([]byte("PING"))
		srv.Wait(context.Background(), func(t transcript.Transcript) bool { return t.Ending(transcript.ToClient) != transcript.StillOpen })
		c.Close()
		if err := srv.Close(); err != nil {
			t.Fatal(err)
		}
		for e := range srv.Transcript().All() {
			records.WriteString(srv.Transcript().Header().String() + ": " + e.String() + "\n")
		}
	}
	os.Stdout.WriteString("records:\n" + records.String() + "that's all\n")
}

func TestTraceIsOneOrZero(t *testing.T) {
	t.Setenv(traceVariable, "trace.txt")
	_, err := Listen(Config{})
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), `FAKEWIRE_TRACE="trace.txt", want 1 or 0`) {
		t.Errorf("Listen: %v, want ErrConfig with what is right", err)
	}
	if _, err := ListenPacket(PacketConfig{}); !errors.Is(err, ErrConfig) {
		t.Errorf("ListenPacket: %v, want ErrConfig", err)
	}
}

// A tracer's lines are single writes, and it needs no clock.
func TestTraceWritesALineAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w writes
		trace := tracer(&w, transcript.Header{Name: "srv", Network: "tcp"}, nil)
		trace(transcript.Event{Seq: 1, Conn: 1, Kind: transcript.Accept, Peer: "client"})
		trace(transcript.Event{Seq: 2, Conn: 1, Kind: transcript.Data, Direction: transcript.FromClient, Data: []byte("two\nlines")})
		if len(w) != 2 || !strings.HasPrefix(w[0], "srv (tcp):     1 ") || !strings.HasSuffix(w[1], "\"two\\nlines\"\n") {
			t.Errorf("the writes are %q, want one for each event", w)
		}
	})
}

// A server of datagrams has peers, from the first event on.
func TestTraceOfDatagramsHasPeers(t *testing.T) {
	var w writes
	trace := tracer(&w, transcript.Header{Name: "srv", Network: "udp"}, nil)
	trace(transcript.Event{Seq: 1, Conn: 1, Kind: transcript.Accept, Peer: "client"})
	if len(w) != 1 || !strings.Contains(w[0], "peer 1 ") {
		t.Errorf("the writes are %q, want one of peer 1", w)
	}
}

// A secret may come in parts, of which the first does not look like one.
func TestTraceShowsNothingOfWhatMayBeHidden(t *testing.T) {
	var w writes
	trace := tracer(&w, transcript.Header{Name: "srv", Network: "tcp"}, transcript.RedactText("password"))
	trace(transcript.Event{Seq: 1, Conn: 1, Kind: transcript.Data, Direction: transcript.FromClient, Data: []byte("pass")})
	trace(transcript.Event{Seq: 2, Conn: 1, Kind: transcript.Data, Direction: transcript.FromClient, Data: []byte("word")})
	trace(transcript.Event{Seq: 3, Conn: 1, Kind: transcript.Error, Text: "what is pass?", Rule: "password.1"})
	got := strings.Join(w, "")
	if strings.Contains(got, "pass") || strings.Contains(got, "word") || strings.Count(got, `4 B "****"`) != 2 || !strings.Contains(got, "********.1") {
		t.Errorf("the trace is\n%s", got)
	}
}

type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}
