package thirdparty_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"

	"github.com/miekg/dns"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "dns over UDP",
	Module: "github.com/miekg/dns",
	Medium: fault.Datagrams,
	Config: explore.Config{PacketHandler: nameServerUDP, Within: within},
	Body:   dnsBody("udp"),
})

var _ = register(explored{
	Name:   "dns over TCP",
	Module: "github.com/miekg/dns",
	Config: explore.Config{Handler: nameServerTCP, Within: within},
	Body:   dnsBody("tcp"),
})

// dnsBody returns a body that resolves names of several types, on one connection as long as there is no error.
func dnsBody(network string) explore.Body {
	return func(_ context.Context, w *explore.Wire) error {
		c := dns.Client{Net: network, Timeout: within / 2}
		var conn *dns.Conn
		id := uint16(0x4200) // and not one drawn, so that the dialogue is the same each time
		defer func() {
			if conn != nil {
				conn.Close()
			}
		}()
		resolve := func(name string, kind uint16) {
			w.Do(dns.TypeToString[kind], func(ctx context.Context) (any, error) {
				if conn == nil {
					raw, err := w.DialContext(ctx, network, "dns.test:53")
					if err != nil {
						return nil, err
					}
					conn = &dns.Conn{Conn: raw}
				}
				question := new(dns.Msg).SetQuestion(name, kind)
				id++
				question.Id = id
				answer, _, err := c.ExchangeWithConnContext(ctx, question, conn)
				if err != nil {
					conn.Close()
					conn = nil
					return nil, err
				}
				return fmt.Sprint(dns.RcodeToString[answer.Rcode], answer.Answer), nil
			})
		}
		resolve("orchard.test.", dns.TypeA)
		resolve("orchard.test.", dns.TypeMX)
		resolve("pears.test.", dns.TypeTXT)
		resolve("meadow.test.", dns.TypeA)
		resolve("orchard.test.", dns.TypeAAAA)
		return nil
	}
}

// nameServerUDP answers a datagram.
var nameServerUDP = fakeserver.PacketHandlerFunc(func(_ context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	if answer := nameServer(p.Data); answer != nil {
		_, err := w.Write(answer)
		return err
	}
	return nil
})

// nameServerTCP answers messages, each after its length.
var nameServerTCP = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for {
		var head [2]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return nil
		}
		question := make([]byte, binary.BigEndian.Uint16(head[:]))
		if _, err := io.ReadFull(c, question); err != nil {
			return nil
		}
		answer := nameServer(question)
		if answer == nil {
			return nil
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return nil
		}
	}
})

// nameServer answers a question; nil if it is none. No name has addresses but orchard.test.
func nameServer(question []byte) []byte {
	var q dns.Msg
	if err := q.Unpack(question); err != nil || len(q.Question) != 1 {
		return nil
	}
	answer := new(dns.Msg).SetReply(&q)
	head := dns.RR_Header{Name: q.Question[0].Name, Rrtype: q.Question[0].Qtype, Class: dns.ClassINET, Ttl: 60}
	switch {
	case head.Rrtype == dns.TypeMX:
		answer.Answer = []dns.RR{&dns.MX{Hdr: head, Preference: 10, Mx: "mail.orchard.test."}, &dns.MX{Hdr: head, Preference: 20, Mx: "post.orchard.test."}}
	case head.Rrtype == dns.TypeTXT:
		answer.Answer = []dns.RR{&dns.TXT{Hdr: head, Txt: []string{"two a day"}}}
	case head.Name != "orchard.test.":
		answer.Rcode = dns.RcodeNameError
	case head.Rrtype == dns.TypeA:
		answer.Answer = []dns.RR{&dns.A{Hdr: head, A: netip.MustParseAddr("192.0.2.7").AsSlice()}}
	case head.Rrtype == dns.TypeAAAA:
		answer.Answer = []dns.RR{&dns.AAAA{Hdr: head, AAAA: netip.MustParseAddr("2001:db8::7").AsSlice()}}
	}
	all, err := answer.Pack()
	if err != nil {
		return nil
	}
	return all
}
