package transcript_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// A dump is the whole: every event, every byte.
func TestDumpIsWhole(t *testing.T) {
	rec := newTestRecorder(0)
	in, out, packets := rec.Lane(1, FromClient), rec.Lane(1, ToClient), rec.Lane(0, ToClient)
	in.Append(Data, []byte("short\n"))
	for n := range 1000 {
		in.Append(Discarded, fmt.Appendf(nil, "line %d\n", n))
	}
	in.Append(Data, []byte("one\n"+strings.Repeat("é", 100)+"\ntwo\n"))
	p := make([]byte, 300)
	for i := range p {
		p[i] = byte(i)
	}
	out.Append(Data, p)
	packets.Datagram(2, "a:2", 7, p[120:140])
	text := rec.Snapshot().Dump()
	wantText(t, text,
		`data      @0 6 B "short\n"`, `discarded @6 7 B "line 0\n"`, `discarded @8887 9 B "line 999\n"`,
		"data      @8896 209 B\n", `@8896  "one\n"`, `@8900  "éé`, `@8996  "éé`, `@9092  "éééé\n"`, `@9101  "two\n"`,
		"data      @0 300 B\n", "@0  00 01 02 ", "|................|", "@48  30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f  |0123456789:;<=>?|", "@288  20 21 ", `| !"#$%&'()*+|`,
		"datagram  #7 a:2 20 B", "@0  78 79", "|xyz{|}~.........|", fmt.Sprintf("@16  %-48s |....|", "88 89 8a 8b"))
	if strings.Contains(text, "…") || strings.Contains(text, hint) {
		t.Errorf("something was left out:\n%.3000s", text)
	}
}

type failing struct{}

func (failing) Write(p []byte) (int, error) { return 0, errFull }

var errFull = errors.New("disk full")

func TestDumpToSaysWhatWentWrong(t *testing.T) {
	if err := sample().Snapshot().DumpTo(failing{}); !errors.Is(err, errFull) {
		t.Errorf("DumpTo = %v, want the writer's error", err)
	}
}

// An event alone can't tell whether it is of a peer; the header of what it is from does.
func TestPrinterLineKnowsPeers(t *testing.T) {
	e := Event{Seq: 1, Conn: 1, Kind: Accept, Peer: "10.0.0.2:5000"}
	for network, want := range map[string]string{"udp": "peer 1 ", "unixgram": "peer 1 ", "tcp": "conn 1 "} {
		line := Printer{Header: Header{Network: network}}.Line(e)
		if !strings.Contains(line, want) || !strings.HasSuffix(line, "accept    10.0.0.2:5000") {
			t.Errorf("of %s it is %q, want %q in it", network, line, want)
		}
	}
}
