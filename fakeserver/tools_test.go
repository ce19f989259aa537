package fakeserver_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/servertest"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// tool runs one of Debian's network tools, with text as its input, and returns
// its output.
func tool(t *testing.T, text, name string, args ...string) string {
	t.Helper()
	path := servertest.Tool(t, name)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin = strings.NewReader(text)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, complaints.String())
	}
	return out.String()
}

func hostPort(srv fakeserver.Wire) (host, port string) {
	host, port, _ = net.SplitHostPort(srv.Address())
	return host, port
}

// page is a handler that answers one HTTP request.
func page(body string) fakeserver.Handler {
	return fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
		req, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			return err
		}
		resp := &http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Request: req, Close: true,
			ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}
		return resp.Write(c)
	})
}

func TestCurl(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: page("hello, curl\n")})
	out := tool(t, "", "curl", "--silent", "--show-error", "--noproxy", "*", "--data", "a=b", "http://"+srv.Addr()+"/path")
	if out != "hello, curl\n" {
		t.Errorf("curl got %q", out)
	}
	wait(t, srv, ended(1))
	tr := srv.Transcript()
	lines := tr.Lines()
	if lines[0] != "POST /path HTTP/1.1" || lines[len(lines)-1] != "a=b" || !strings.Contains(string(tr.FromClient()), "Host: "+srv.Addr()) {
		t.Errorf("curl sent %q", lines)
	}
	wantEnding(t, tr, 1, transcript.ByFIN, transcript.ByFIN)
}

func TestNetcat(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		srv := fakeserver.Start(t, fakeserver.Config{Addr: addr, Handler: fakeserver.Lines{}})
		host, port := hostPort(srv)
		text := "first line\nsecond line\n" + strings.Repeat("0123456789abcdef", 50) + "\n"
		if out := tool(t, text, "nc", "-N", host, port); out != strings.ToUpper(text) {
			t.Errorf("nc got %q", out)
		}
		wait(t, srv, ended(1))
		if got := string(srv.Transcript().FromClient()); got != text {
			t.Errorf("the record has %q, want what nc sent", got)
		}
		wantEnding(t, srv.Transcript(), 1, transcript.ByFIN, transcript.ByFIN)
	}
}

func TestNetcatUDP(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Addr: addr, Handler: fakeserver.PacketReply{Data: "got it\n"}})
		host, port := hostPort(srv)
		if out := tool(t, "a datagram", "nc", "-u", "-W", "1", host, port); out != "got it\n" {
			t.Errorf("nc got %q", out)
		}
		wantDatagrams(t, srv.Transcript(), "a datagram")
	}
}

func wantDatagrams(t *testing.T, tr transcript.Transcript, want ...string) {
	t.Helper()
	var got []string
	for _, p := range tr.Datagrams(transcript.FromClient) {
		got = append(got, string(p))
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("the record has %q, want %q", got, want)
	}
}

func TestLoggerOverTCPAndUDP(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	host, port := hostPort(srv)
	tool(t, "", "logger", "--tcp", "--server", host, "--port", port, "--rfc3164", "--tag", "fakewire", "--priority", "user.info", "hello over TCP")
	wait(t, srv, ended(1))
	wantSyslog(t, string(srv.Transcript().FromClient()), "hello over TCP")

	udp := fakeserver.StartPacket(t, fakeserver.PacketConfig{})
	host, port = hostPort(udp)
	tool(t, "", "logger", "--udp", "--server", host, "--port", port, "--rfc3164", "--tag", "fakewire", "--priority", "user.info", "hello over UDP")
	wait(t, udp, sent(1))
	wantSyslog(t, string(udp.Transcript().Datagrams(transcript.FromClient)[0]), "hello over UDP")
}

// wantSyslog checks a message in the format of RFC 3164: priority 14 is user.info.
func wantSyslog(t *testing.T, got, text string) {
	t.Helper()
	got = strings.TrimRight(got, "\n")
	if !strings.HasPrefix(got, "<14>") || !strings.HasSuffix(got, " fakewire: "+text) {
		t.Errorf("logger sent %q, want <14>… fakewire: %s", got, text)
	}
}

// names is a DNS server that gives one address for every name.
func names(ip [4]byte) fakeserver.PacketHandler {
	return fakeserver.PacketHandlerFunc(func(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
		question, err := dnsQuestion(p.Data)
		if err != nil {
			return err
		}
		answer := append([]byte{p.Data[0], p.Data[1]}, "\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00"...) // an authoritative response: one question, one answer
		answer = append(answer, question...)
		answer = append(answer, "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04"...) // to the name at offset 12: type A, class IN, for a minute, 4 bytes
		_, err = w.Write(append(answer, ip[:]...))
		return err
	})
}

// dnsQuestion returns the question of a query as it is on the wire (RFC 1035, section 4.1): a name of labels, each
// after its length, then the type and the class.
func dnsQuestion(query []byte) ([]byte, error) {
	const header = 12
	end := header
	for end < len(query) && query[end] != 0 {
		end += 1 + int(query[end])
	}
	if end += 1 + 2 + 2; end > len(query) {
		return nil, fmt.Errorf("a query of %d bytes has no whole question", len(query))
	}
	return query[header:end], nil
}

func TestDig(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: names([4]byte{192, 0, 2, 7})})
	host, port := hostPort(srv)
	if out := tool(t, "", "dig", "@"+host, "-p", port, "+short", "+tries=1", "fakewire.example", "A"); out != "192.0.2.7\n" {
		t.Errorf("dig got %q", out)
	}
	question, err := dnsQuestion(srv.Transcript().Datagrams(transcript.FromClient)[0])
	if want := "\x08fakewire\x07example\x00\x00\x01\x00\x01"; err != nil || string(question) != want {
		t.Errorf("dig asked %q, %v, want %q: type A, class IN", question, err, want)
	}
}
