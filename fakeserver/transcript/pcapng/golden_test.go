package pcapng_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest"
)

var update = flag.Bool("update", false, "write the golden files under testdata")

// The story of a client that is cut off in the middle of an answer and tries again: as a file for Wireshark, and
// as the text of its packets. No time zone makes a difference.
func TestWriteTellsAStory(t *testing.T) {
	t.Setenv("FAKEWIRE_SEED", "7")
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("far", 13*60*60)} {
		time.Local = zone
		capture := bytesOf(t, story(t))
		f, err := read(capture)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(f.section, "\n") + "\n\n" + f.about + "\n" + strings.Join(f.wire, "\n") + "\n\n" + f.String()
		golden(t, "testdata/story.txt", []byte(text))
		golden(t, "testdata/story.pcapng", capture)
	}
}

// A recording that was a file is the same capture.
func TestWriteARecordingThatWasRead(t *testing.T) {
	rec := story(t)
	var file bytes.Buffer
	if _, err := rec.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	again, err := transcript.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := bytesOf(t, again), bytesOf(t, rec); !bytes.Equal(got, want) {
		t.Errorf("the capture has %d bytes and others, before it had %d", len(got), len(want))
	}
}

// story returns the recording of two tries.
func story(t *testing.T) (rec transcript.Recording) {
	t.Helper()
	nettest.Bubble(t, func(tb fakeserver.TB) {
		var network nettest.Network
		srv, err := fakeserver.Listen(fakeserver.Config{Name: "story", Transport: &network, Handler: fakeserver.Lines{}, Faults: fault.Plan{Seed: 7, Rules: []fault.Rule{
			fault.ToClient(fault.Latency{Delay: 20 * time.Millisecond}).Named("slow"),
			fault.ToClient(fault.Reset{}).AfterBytes(3).OnConn(1).Named("cut"),
			fault.ToClient(fault.Reset{}).AfterBytes(1000).Named("never").NeedNotFire(),
		}}})
		if err != nil {
			tb.Fatalf("%v", err)
		}
		for range 2 {
			ask(tb, srv)
			time.Sleep(time.Second)
		}
		if err := srv.Close(); err != nil {
			tb.Errorf("%v", err)
		}
		rec = srv.Recording()
	})
	rec.Origin.Test, rec.Origin.Rerun = "TestPing", "FAKEWIRE_SEED=0x7 go test -run '^TestPing$'"
	return rec
}

// ask sends a line and reads until the server ends.
func ask(tb fakeserver.TB, srv *fakeserver.Server) {
	c, err := srv.Dial(context.Background())
	if err != nil {
		tb.Fatalf("%v", err)
	}
	defer c.Close()
	time.Sleep(time.Second)
	io.WriteString(c, "ping\n")
	time.Sleep(time.Second)
	c.(tcpSocket).CloseWrite()
	io.ReadAll(c)
}

// golden compares got with a file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s differs (%v): `go test -run Story -update` writes it; now it would be\n%.5000s", name, err, got)
	}
}

// The story is one to Wireshark, too: what it lists is what happened, and its comments are the plan's.
func TestTsharkTellsTheStory(t *testing.T) {
	t.Parallel()
	all := dissect(t, "testdata/story.pcapng")
	wantNoProblem(t, all)
	if got := tshark(t, "testdata/story.pcapng", "-Y", `frame.comment contains "cut" && tcp.flags.reset == 1`, "-T", "fields", "-e", "frame.number"); strings.Count(got, "\n") != 1 {
		t.Errorf("the resets by the rule are %q, want one", got)
	}
	if got := tshark(t, "testdata/story.pcapng", "-q", "-z", "follow,tcp,ascii,1"); !strings.Contains(got, "ping") || !strings.Contains(got, "PING") {
		t.Errorf("tshark follows\n%s", got)
	}
}
