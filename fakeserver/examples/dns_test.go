package examples_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"time"

	"github.com/miekg/dns"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A DNS server behind the wire, which loses its first answer: the client asks again.
func Example_dns() {
	below, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	wire, err := fakeserver.WrapPacketConn(below, fakeserver.PacketConfig{ // in a test: fakeserver.StartPacketConn(t, below, …)
		Faults: fault.Plan{Rules: []fault.Rule{
			fault.ToClient(fault.Loss{Nth: 1}).OnConn(1),
			fault.ToClient(fault.Duplicate{Rate: 1}).OnConn(2),
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	srv := &dns.Server{PacketConn: wire, Handler: dns.HandlerFunc(answerA)}
	go srv.ActivateAndServe()
	defer wire.Close()

	for try := 1; try <= 2; try++ {
		timeout := 200 * time.Millisecond // for an answer that never comes
		if try == 2 {
			timeout = 20 * time.Second
		}
		client := dns.Client{Timeout: timeout}
		question := new(dns.Msg).SetQuestion("fakewire.example.", dns.TypeA)
		answer, _, err := client.Exchange(question, wire.Address())
		if err != nil {
			fmt.Printf("try %d: timeout: %v\n", try, err.(net.Error).Timeout())
			continue
		}
		fmt.Printf("try %d: %v\n", try, answer.Answer[0].(*dns.A).A)
	}
	// The client has its answer; the second copy of it may still be on its way.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := wire.Wait(ctx, func(tr transcript.Transcript) bool { return len(tr.Datagrams(transcript.ToClient)) == 2 }); err != nil {
		log.Fatal(err)
	}
	for n, query := range wire.Transcript().Datagrams(transcript.FromClient) {
		var m dns.Msg
		if err := m.Unpack(query); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("query %d was for %s\n", n+1, m.Question[0].Name)
	}
	fmt.Print(wire.Report())
	// Output:
	// try 1: timeout: true
	// try 2: 192.0.2.1
	// query 1 was for fakewire.example.
	// query 2 was for fakewire.example.
	// rule loss.ToClient.1: fired once, on peer 1, datagram 1
	// rule duplicate.ToClient.1: fired once, on peer 2, datagram 1
}

// answerA says that every name is 192.0.2.1.
func answerA(w dns.ResponseWriter, question *dns.Msg) {
	answer := new(dns.Msg)
	answer.SetReply(question)
	answer.Answer = append(answer.Answer, &dns.A{
		Hdr: dns.RR_Header{Name: question.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60},
		A:   net.IPv4(192, 0, 2, 1),
	})
	w.WriteMsg(answer)
}
