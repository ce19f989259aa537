package pcapng_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// patience bounds how long tshark takes, which does not matter.
const patience = 5 * time.Minute

// tshark runs Wireshark's command on a file.
func tshark(t *testing.T, file string, args ...string) string {
	t.Helper()
	path := servertest.Tool(t, "tshark")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	// Whatever the ports are, the bytes are no protocol's.
	args = append([]string{"-n", "-r", file, "-d", "tcp.port==1-65535,data", "-d", "udp.port==1-65535,data",
		"-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"}, args...)
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME=", "TZ=UTC") // nobody's preferences
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("tshark %q: %v\n%s", args, err, complaints.String())
	}
	return out.String()
}

// saved returns the name of a file with these captures, one after the other.
func saved(t *testing.T, captures ...[]byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.pcapng")
	if err := os.WriteFile(name, bytes.Join(captures, nil), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// fields are what tshark says of a packet.
type fields struct {
	number, at, from, to, payload, datagram, flags, expert, comments string
}

// dissect returns what tshark says of each packet.
func dissect(t *testing.T, file string) (all []fields) {
	t.Helper()
	out := tshark(t, file, "-T", "fields", "-E", "separator=|", "-E", "aggregator=;", "-E", "occurrence=a",
		"-e", "frame.number", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "ipv6.src", "-e", "tcp.srcport", "-e", "udp.srcport",
		"-e", "ip.dst", "-e", "ipv6.dst", "-e", "tcp.dstport", "-e", "udp.dstport",
		"-e", "tcp.payload", "-e", "udp.payload", "-e", "tcp.analysis.flags", "-e", "_ws.expert.message", "-e", "frame.comment")
	for line := range strings.Lines(out) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "|", 15)
		if len(f) != 15 {
			t.Fatalf("tshark says %q", line)
		}
		all = append(all, fields{
			number: f[0], at: f[1], from: socket(f[2]+f[3], f[4]+f[5]), to: socket(f[6]+f[7], f[8]+f[9]),
			payload: f[10], datagram: f[11], flags: f[12], expert: f[13], comments: f[14],
		})
	}
	return all
}

func socket(ip, port string) string {
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	return ip + ":" + port
}

// expected are the words with which tshark's expert begins what is no problem.
var expected = []string{
	"Connection establish request (SYN)", "Connection establish acknowledge (SYN+ACK)", "Connection finish (FIN)", "Connection reset (RST)",
	"This frame initiates the connection closing", "This frame undergoes the connection closing",
}

// wantNoProblem checks that tshark finds nothing wrong with any packet.
func wantNoProblem(t *testing.T, all []fields) {
	t.Helper()
	for _, x := range all {
		if x.flags != "" {
			t.Errorf("packet %s has the analysis flags %s: %+v", x.number, x.flags, x)
		}
		for message := range strings.SplitSeq(x.expert, ";") {
			if !isExpected(message) && !strings.Contains(x.comments, message) {
				t.Errorf("packet %s: tshark says %q: %+v", x.number, message, x)
			}
		}
	}
}

func isExpected(message string) bool {
	return message == "" || slices.ContainsFunc(expected, func(words string) bool { return strings.HasPrefix(message, words) })
}

// seen is what tshark has of streams and datagrams, by their direction.
type seen struct {
	streams   map[way][]byte
	datagrams map[way][]string // in hex
}

// A way is one direction between two sockets.
type way struct{ from, to string }

func collect(t *testing.T, all []fields) seen {
	t.Helper()
	s := seen{map[way][]byte{}, map[way][]string{}}
	for _, x := range all {
		w := way{x.from, x.to}
		p, err := hex.DecodeString(x.payload)
		if err != nil {
			t.Fatal(err)
		}
		s.streams[w] = append(s.streams[w], p...)
		s.datagrams[w] = append(s.datagrams[w], x.datagram)
	}
	return s
}

// wantSame checks that tshark has each byte of a record of streams.
func (s seen) wantSame(t *testing.T, tr transcript.Transcript) {
	t.Helper()
	server := tr.Header().Address
	for n := 1; n <= tr.Conns(); n++ {
		c := tr.Conn(n)
		peer := peerOf(c)
		if got, want := s.streams[way{peer, server}], append(c.FromClient(), c.Discarded()...); !bytes.Equal(got, want) {
			t.Errorf("conn %d: tshark has %d bytes from the client, the record %d", n, len(got), len(want))
		}
		if got, want := s.streams[way{server, peer}], c.ToClient(); !bytes.Equal(got, want) {
			t.Errorf("conn %d: tshark has %d bytes to the client, the record %d", n, len(got), len(want))
		}
	}
}

// wantDatagrams checks that tshark has each datagram of a record.
func (s seen) wantDatagrams(t *testing.T, w way, tr transcript.Transcript, d transcript.Direction) {
	t.Helper()
	var want []string
	for _, p := range tr.Datagrams(d) {
		want = append(want, hex.EncodeToString(p))
	}
	if got := s.datagrams[w]; len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%v: tshark has %d datagrams, the record %d, or others", w, len(got), len(want))
	}
}

// peerOf returns the address of the only client of c.
func peerOf(c transcript.Transcript) string {
	for e := range c.All() {
		if e.Peer != "" {
			return e.Peer
		}
	}
	return ""
}
