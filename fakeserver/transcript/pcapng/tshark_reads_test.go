package pcapng_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Wireshark reads streams of either family, and follows them.
func TestTsharkReadsStreams(t *testing.T) {
	t.Parallel() // which waits for processes
	for _, address := range []string{"127.0.0.1:80", "[::1]:80"} {
		server := netip.MustParseAddrPort(address)
		peer := netip.AddrPortFrom(server.Addr(), 5000).String()
		rec := recorded(t, transcript.Header{Network: "tcp", Address: address}, 0, func(r *record.Recorder) {
			r.Add(accepted(1, peer))
			i, o := r.Lane(1, in), r.Lane(1, out)
			i.Append(transcript.Data, []byte("GET\n"))
			o.Append(transcript.Data, bytes.Repeat([]byte("0123456789"), 20_000))
			o.Append(transcript.Data, []byte("tail"))
			o.Unsend(2, "refused")
			i.Add(transcript.Event{Kind: transcript.FIN})
			o.Add(transcript.Event{Kind: transcript.RST, Count: 5, Rule: "cut"})
		})
		file := saved(t, bytesOf(t, rec))
		all := dissect(t, file)
		wantNoProblem(t, all)
		collect(t, all).wantSame(t, rec.Transcript)
		if last := all[len(all)-1]; !strings.Contains(last.comments, "cut") || !strings.Contains(last.expert, "RST") {
			t.Errorf("the last packet is %+v, want the reset by the rule", last)
		}
		followed := tshark(t, file, "-q", "-z", "follow,tcp,raw,0")
		var toClient []byte
		for line := range strings.Lines(followed) {
			if p, err := hex.DecodeString(strings.TrimSpace(line)); err == nil && strings.HasPrefix(line, "\t") {
				toClient = append(toClient, p...)
			}
		}
		if want := rec.Transcript.ToClient(); !bytes.Equal(toClient, want) {
			t.Errorf("tshark follows %d bytes to the client, want %d", len(toClient), len(want))
		}
	}
}

// What the limit did not keep is missing for Wireshark, and nothing else is wrong.
func TestTsharkKnowsWhatIsMissing(t *testing.T) {
	t.Parallel() // which waits for processes
	rec := recorded(t, tcp, 10, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		i, o := r.Lane(1, in), r.Lane(1, out)
		i.Append(transcript.Data, []byte("abc"))
		i.Append(transcript.Data, make([]byte, 100_000))
		o.Append(transcript.Data, []byte("answer"))
		i.Add(transcript.Event{Kind: transcript.FIN})
		o.Add(transcript.Event{Kind: transcript.FIN})
	})
	file := saved(t, bytesOf(t, rec))
	wantNoProblem(t, dissect(t, file))
	if got := tshark(t, file, "-Y", "frame.cap_len < frame.len", "-T", "fields", "-e", "tcp.len"); got != "65495\n34498\n6\n" {
		t.Errorf("tshark knows of these bytes that were not captured: %q", got)
	}
	if got := tshark(t, file, "-q", "-z", "conv,tcp"); !strings.Contains(got, "10.0.0.2:5000              <-> 10.0.0.1:80") {
		t.Errorf("the conversations are\n%s", got)
	}
}

// Datagrams may be as large as unix sockets let them be, and their sums are right.
func TestTsharkReadsDatagrams(t *testing.T) {
	t.Parallel() // which waits for processes
	for _, h := range []transcript.Header{{Network: "udp", Address: "10.0.0.1:53"}, {Network: "unixgram", Address: "/tmp/server"}} {
		large := 65_507
		if h.Network == "unixgram" {
			large = 212_000
		}
		rec := recorded(t, h, 0, func(r *record.Recorder) {
			r.Add(accepted(1, "10.0.0.2:5000"))
			for n, p := range [][]byte{[]byte("small"), {}, bytes.Repeat([]byte{0x80, 0x01}, large/2), bytes.Repeat([]byte{0}, large-1)} {
				r.Lane(1, in).Datagram(1, "10.0.0.2:5000", int64(n+1), p)
			}
		})
		all := dissect(t, saved(t, bytesOf(t, rec)))
		wantNoProblem(t, all)
		way := way{"10.0.0.2:5000", "10.0.0.1:53"}
		if h.Network == "unixgram" {
			way.from, way.to = "[2001:db8:0:1::1]:49152", "[2001:db8::1]:1"
		}
		collect(t, all).wantDatagrams(t, way, rec.Transcript, in)
	}
}

// Names and comments are there, whole, however long; and no block of theirs takes a packet's number or time.
func TestTsharkShowsNamesAndComments(t *testing.T) {
	t.Parallel() // which waits for processes
	long := strings.Repeat("0123456789", 20_000)
	h := transcript.Header{Name: "srv", Network: "unix", Address: "/tmp/server"}
	rec := recorded(t, h, 0, func(r *record.Recorder) {
		for n := 1; n <= 3; n++ {
			time.Sleep(time.Second)
			r.Add(accepted(n, "@"))
			r.Add(transcript.Event{Conn: n, Kind: transcript.Error, Text: long})
		}
	})
	rec.Origin.Rerun = "go test -run ThisOne"
	file := saved(t, bytesOf(t, rec))
	all := dissect(t, file)
	if len(all) != 9 {
		t.Fatalf("tshark reads %d packets, want 9", len(all))
	}
	for i, x := range all {
		joined := strings.ReplaceAll(x.comments, ";(continued) ", "")
		if want := fmt.Sprintf("%d.000000000", 946684801+i/3); x.number != fmt.Sprint(i+1) || x.at != want {
			t.Errorf("packet %s at %s, want %d at %s", x.number, x.at, i+1, want)
		}
		if i%3 == 0 && !strings.Contains(joined, long) {
			t.Errorf("packet %s has comments of %d bytes, without the long one", x.number, len(x.comments))
		}
	}
	if got := tshark(t, file, "-N", "n", "-c", "1", "-T", "fields", "-e", "ipv6.src_host", "-e", "ipv6.dst_host"); got != "conn-1\t/tmp/server\n" {
		t.Errorf("the addresses' names are %q", got)
	}
}

// A connection from the port of an earlier one is another to Wireshark, which remarks that, and nothing else.
func TestTsharkTellsConnectionsFromOnePortApart(t *testing.T) {
	t.Parallel() // which waits for processes
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		for n := 1; n <= 3; n++ {
			r.Add(accepted(n, "10.0.0.2:5000"))
			i := r.Lane(n, in)
			i.Append(transcript.Data, fmt.Appendf(nil, "from %d", n))
			if n == 1 {
				i.Add(transcript.Event{Kind: transcript.FIN})
				r.Lane(n, out).Add(transcript.Event{Kind: transcript.FIN})
			} else {
				r.Lane(n, out).Add(transcript.Event{Kind: transcript.RST})
			}
		}
	})
	file := saved(t, bytesOf(t, rec))
	got := tshark(t, file, "-Y", "tcp.payload", "-T", "fields", "-e", "tcp.stream", "-e", "tcp.payload", "-e", "tcp.seq")
	var want strings.Builder
	for n := 1; n <= 3; n++ {
		fmt.Fprintf(&want, "%d\t%x\t1\n", n-1, fmt.Sprintf("from %d", n))
	}
	if got != want.String() {
		t.Errorf("the streams are\n%swant\n%s", got, want.String())
	}
	if got := tshark(t, file, "-Y", "tcp.analysis.flags && !tcp.analysis.reused_ports"); got != "" {
		t.Errorf("tshark remarks\n%s", got)
	}
}

// A unix socket's stream can be followed, and so can the datagrams of a server that loses, doubles and changes some.
func TestTsharkReadsRealServers(t *testing.T) {
	t.Parallel() // which waits for processes
	path := filepath.Join(t.TempDir(), "s")
	stream := fakeserver.Start(t, fakeserver.Config{Network: "unix", Addr: path, Handler: fakeserver.Echo{}})
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "over a unix socket")
	c.(*net.UnixConn).CloseWrite()
	if _, err := io.ReadAll(c); err != nil {
		t.Fatal(err)
	}
	servertest.Wait(t, stream, servertest.Ended(1))
	file := saved(t, bytesOf(t, stream.Recording()))
	all := dissect(t, file)
	wantNoProblem(t, all)
	if got := tshark(t, file, "-q", "-z", "follow,tcp,ascii,0"); strings.Count(got, "over a unix socket") != 2 {
		t.Errorf("tshark follows\n%s", got)
	}
	if len(all) < 9 || !strings.Contains(all[len(all)-2].comments+all[len(all)-1].comments, "close") {
		t.Errorf("the end is %+v", all)
	}

	packets := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}, Faults: fault.Plan{Seed: 1, Rules: []fault.Rule{
		fault.FromClient(fault.Loss{Nth: 2}), fault.ToClient(fault.Duplicate{Rate: 1}), fault.ToClient(fault.Corrupt{Rate: 1}),
	}}})
	u, err := net.Dial("udp", packets.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	for n := range 5 {
		fmt.Fprintf(u, "datagram %d", n)
	}
	servertest.Wait(t, packets, func(tr transcript.Transcript) bool { return len(tr.Datagrams(out)) == 8 })
	rec := packets.Recording()
	all = dissect(t, saved(t, bytesOf(t, rec)))
	wantNoProblem(t, all)
	here, there := u.LocalAddr().String(), packets.Addr()
	s := collect(t, all)
	s.wantDatagrams(t, way{here, there}, rec.Transcript, in)
	s.wantDatagrams(t, way{there, here}, rec.Transcript, out)
}
