package specimen

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
)

// cutPacket asks whether a datagram is the answer to its question, and not whether it is all of it.
//
// As in github.com/PowerDNS/pdns/pull/2939, github.com/netdata/netdata/pull/21822.
type cutPacket struct {
	port
	asked int
}

func newCutPacket(dial Dialer) client { return &cutPacket{port: port{dial: dial}} }

func (c *cutPacket) Ask(ctx context.Context, question string) (string, error) {
	if err := c.open(ctx); err != nil {
		return "", err
	}
	c.asked++
	c.conn.SetDeadline(deadline(ctx))
	if _, err := fmt.Fprintf(c.conn, "%d %s\n", c.asked, question); err != nil {
		return "", err
	}
	for buf := make([]byte, 1500); ; {
		n, err := c.conn.Read(buf)
		if err != nil {
			return "", err
		}
		number, text, _ := strings.Cut(strings.TrimSpace(string(buf[:n])), " ")
		if number == fmt.Sprint(c.asked) {
			return text, nil
		}
	}
}

// packetIDs answers datagrams that begin with two bytes, with the same two bytes.
var packetIDs = fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	if len(p.Data) < 2 {
		return nil
	}
	if question, ok := packetQuestion(string(p.Data[2:])); ok {
		w.Write(append(p.Data[:2:2], answer(question)+"\n"...))
	}
	return nil
})

// shortPacket reads a header out of whatever comes.
//
// As in github.com/miekg/dns/issues/351, github.com/google/gopacket/issues/269.
type shortPacket struct {
	port
	id uint16
}

func newShortPacket(dial Dialer) client { return &shortPacket{port: port{dial: dial}, id: 0x4100} }

func (c *shortPacket) Ask(ctx context.Context, question string) (string, error) {
	if err := c.open(ctx); err != nil {
		return "", err
	}
	c.id++
	c.conn.SetDeadline(deadline(ctx))
	if _, err := c.conn.Write(append(binary.BigEndian.AppendUint16(nil, c.id), question+"\n"...)); err != nil {
		return "", err
	}
	for buf := make([]byte, 1500); ; {
		n, err := c.conn.Read(buf)
		if err != nil {
			return "", err
		}
		msg := buf[:n]
		if binary.BigEndian.Uint16(msg) != c.id {
			continue
		}
		if line, whole := strings.CutSuffix(string(msg[2:]), "\n"); whole {
			return line, nil
		}
	}
}
