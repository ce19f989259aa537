package fakeserver_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A test restarts its server whenever it likes.
func ExampleServer_Restart() {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	client, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	if err := srv.Restart(transcript.ByFIN, fault.Forever); err != nil {
		fmt.Println(err)
	}
	_, err = client.Read(make([]byte, 1))
	fmt.Println(err)
	_, err = net.Dial("tcp", srv.Addr())
	fmt.Println(errors.Is(err, syscall.ECONNREFUSED))
	if err := srv.Up(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// EOF
	// true
}

// A packet server that restarts forgets what its handler has not got.
func ExamplePacketServer_Restart() {
	srv, err := fakeserver.ListenPacket(fakeserver.PacketConfig{Handler: fakeserver.PacketEcho{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	client, err := net.Dial("udp", srv.Addr())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	if err := srv.Restart(fault.Forever); err != nil {
		fmt.Println(err)
	}
	io.WriteString(client, "hello")
	_, err = client.Read(make([]byte, 9))
	fmt.Println(errors.Is(err, syscall.ECONNREFUSED))
	if err := srv.Up(); err != nil {
		fmt.Println(err)
	}
	// Output: true
}
