package fakeserver_test

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		why, send, want string
		answers         fakeserver.Answers
	}{
		{"each line has its answer", "PING\r\nTIME\n", "+PONG\r\n12:00\n", fakeserver.Answers{"PING": "+PONG", "TIME": "12:00"}},
		{"an answer may have lines", "LIST\r\n", "a\r\nb\r\n.\r\n", fakeserver.Answers{"LIST": "a\r\nb\r\n."}},
		{"an empty answer is none", "QUIET\nPING\n", "+PONG\n", fakeserver.Answers{"QUIET": "", "PING": "+PONG"}},
		{"an empty line is a line", "\n", "what?\n", fakeserver.Answers{"": "what?"}},
		{"what is not there is any other", "PING\nPUNG\n", "+PONG\n-ERR\n", fakeserver.Answers{"PING": "+PONG", fakeserver.AnyOther: "-ERR"}},
	} {
		t.Run(tt.why, func(t *testing.T) {
			srv := fakeserver.Start(t, fakeserver.Config{Handler: tt.answers})
			c := dial(t, srv)
			send(t, c, tt.send)
			c.CloseWrite()
			wantAll(t, c, tt.want, io.EOF)
			packets := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: tt.answers})
			u := dialUDP(t, packets)
			send(t, u, tt.send)
			wantRead(t, u, tt.want)
		})
	}
}

// A datagram need not end its line, and an empty one is an empty line.
func TestAnswersToDatagrams(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{Handler: fakeserver.Answers{"PING": "+PONG", "": "empty", "QUIET": ""}})
	c := dialUDP(t, srv)
	send(t, c, "QUIET")
	for _, x := range [][2]string{{"PING", "+PONG"}, {"", "empty"}} {
		if _, err := c.Write([]byte(x[0])); err != nil {
			t.Fatal(err)
		}
		wantRead(t, c, x[1])
	}
	if n := len(srv.Transcript().Datagrams(transcript.ToClient)); n != 2 {
		t.Errorf("%d answers, want 2: an empty one is none", n)
	}
}

// A line that is not in the table fails Verify, which names it and those that are. The client is
// told what it had coming before, and then reset.
func TestAnswersToAnUnknownLine(t *testing.T) {
	answers := fakeserver.Answers{"PING": "+PONG", "QUIT": "+BYE"}
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: answers})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c := dial(t, srv)
	send(t, c, "PING\r\nPUNG\r\nPING\r\n")
	wantAll(t, c, "+PONG\r\n", syscall.ECONNRESET)
	wait(t, srv, ended(1))
	wantError(t, "Verify", srv.Verify(), nil, `conn 1: handler returned: line 2: there is no answer to "PUNG"; there are answers to "PING", "QUIT"`)

	packets, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: answers})
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	u := dialUDP(t, packets)
	send(t, u, "PING\nPUNG\n")
	send(t, u, "QUIT")
	wantRead(t, u, "+BYE") // and nothing to the one before
	wantError(t, "Verify", packets.Verify(), nil, `peer 1, datagram 1: there is no answer to "PUNG"; there are answers to "PING", "QUIT"`)
}

// An error shows some lines of a large table.
func TestAnswersToAnUnknownLineOfMany(t *testing.T) {
	answers := fakeserver.Answers{}
	for n := range 30 {
		answers[fmt.Sprintf("line %02d", n)] = "yes"
	}
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: answers})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c := dial(t, srv)
	send(t, c, "none\n")
	wantAll(t, c, "", syscall.ECONNRESET)
	wait(t, srv, ended(1))
	wantError(t, "Verify", srv.Verify(), nil, `"line 19" and 10 more`)
}

// Too long a line is the client's doing, as with Lines.
func TestAnswersToTooLongALine(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Answers{fakeserver.AnyOther: "yes"}})
	c := dial(t, srv)
	send(t, c, "short\n"+strings.Repeat("x", 1025)+"\n")
	wantAll(t, c, "yes\n", io.EOF)
}

func TestAnswersRefuses(t *testing.T) {
	for _, tt := range []struct {
		why     string
		answers fakeserver.Answers
		words   string
	}{
		{"no table", nil, "nil fakeserver.Answers"},
		{"an empty one", fakeserver.Answers{}, "it is empty"},
		{"a line with its end", fakeserver.Answers{"PING\n": "+PONG"}, `"PING\n" can't be a line`},
		{"a line with its other end", fakeserver.Answers{"PING\r": "+PONG"}, `"PING\r" can't be a line`},
		{"too long a line", fakeserver.Answers{strings.Repeat("x", 1025): ""}, "1025 bytes, over 1024"},
	} {
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: tt.answers})
		wantError(t, tt.why, err, fakeserver.ErrConfig, tt.words)
		packets, errPacket := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: tt.answers})
		wantError(t, tt.why, errPacket, fakeserver.ErrConfig, tt.words)
		if srv != nil || packets != nil {
			t.Errorf("%s: there is a server", tt.why)
		}
	}
	if err := (fakeserver.Answers{strings.Repeat("x", 1024): "", fakeserver.AnyOther: ""}).Validate(); err != nil {
		t.Error(err)
	}
}
