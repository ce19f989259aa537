package fakeserver_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// In front of a real server, the first answer is lost, and the client asks again. Both legs are recorded.
func ExamplePacketProxy() {
	real := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketReply{Data: "42"}})) // or a DNS server, say
	defer real.Close()
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{
		Handler: fakeserver.PacketProxy{Upstream: real.Addr()},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Loss{Nth: 1})}},
	}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()

	fmt.Fprint(c, "question") // the client
	await(srv, func(transcript.Transcript) bool { return len(srv.Upstream().Datagrams(transcript.ToClient)) == 1 })
	fmt.Println(answerTo(c, "the same again"))

	fmt.Printf("the real server got  %q\n", srv.Upstream().Datagrams(transcript.FromClient))
	fmt.Printf("and said             %q\n", srv.Upstream().Datagrams(transcript.ToClient))
	fmt.Printf("the client was sent  %q\n", srv.Transcript().Datagrams(transcript.ToClient))
	// Output:
	// 42
	// the real server got  ["question" "the same again"]
	// and said             ["42" "42"]
	// the client was sent  ["42"]
}

// A client has the same number on both legs. Its address on the upstream's is that of the proxy's socket.
func ExamplePacketServer_Upstream() {
	real := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketLines{}}))
	defer real.Close()
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{
		Handler: fakeserver.PacketProxy{Upstream: real.Addr()},
		Faults:  fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Truncate{Size: 2})}},
	}))
	defer srv.Close()
	for _, word := range []string{"ping", "pong"} {
		c := must(srv.Dial(context.Background()))
		defer c.Close()
		fmt.Println(answerTo(c, word))
	}
	fmt.Printf("%s\n", srv.Upstream().Conn(2).Datagrams(transcript.ToClient))
	// Output:
	// PI
	// PO
	// [PONG]
}

// What the real server said, without what went wrong on the client's leg, is a recording of its own.
func ExamplePacketServer_UpstreamRecording() {
	real := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}}))
	defer real.Close()
	srv := must(fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketProxy{Upstream: real.Addr()}}))
	defer srv.Close()
	c := must(srv.Dial(context.Background()))
	defer c.Close()
	fmt.Println(answerTo(c, "hello"))

	var file bytes.Buffer
	must(srv.UpstreamRecording().WriteTo(&file))
	recording := must(transcript.Read(&file))
	fmt.Printf("%s %q\n", recording.Transcript.Header().Network, recording.Transcript.Datagrams(transcript.ToClient))
	// Output:
	// hello
	// udp ["hello"]
}
