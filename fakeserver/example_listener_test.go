package fakeserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// serveHTTP puts the wire in front of a real server, and returns what asks that server.
func serveHTTP() (ln *fakeserver.Listener, get func() string) {
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	ln, err = fakeserver.WrapListener(below, fakeserver.Config{})
	if err != nil {
		panic(err)
	}
	go http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }))
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return ln, func() string {
		resp, err := client.Get("http://" + ln.Address())
		if errors.Is(err, syscall.ECONNREFUSED) {
			return "refused"
		}
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		return string(text)
	}
}

// A real HTTP server goes away, its port is kept, and it is served again: http.Serve is called
// once, and notices nothing.
func ExampleListener_Down() {
	ln, get := serveHTTP()
	defer ln.Stop()
	fmt.Println(get())
	if err := ln.Down(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(get())
	if err := ln.Up(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(get())
	// Output:
	// hello
	// refused
	// hello
}

// Up ends whatever keeps a real server from its clients.
func ExampleListener_Up() {
	ln, get := serveHTTP()
	defer ln.Stop()
	if err := ln.Restart(transcript.ByRST, fault.Forever); err != nil {
		fmt.Println(err)
	}
	fmt.Println(get())
	if err := ln.Up(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(get())
	// Output:
	// refused
	// hello
}

// A restart ends the connections that a real server has.
func ExampleListener_Restart() {
	ln, get := serveHTTP()
	defer ln.Stop()
	client, err := ln.Dial(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	if err := ln.Restart(transcript.ByFIN, 0); err != nil {
		fmt.Println(err)
	}
	_, err = client.Read(make([]byte, 1))
	fmt.Println(err)
	fmt.Println(get())
	// Output:
	// EOF
	// hello
}

// A real server that nothing answers for, as behind a firewall.
func ExampleListener_IgnoreDials() {
	ln, get := serveHTTP()
	defer ln.Stop()
	if err := ln.IgnoreDials(); err != nil {
		fmt.Println(err)
	}
	_, err := net.DialTimeout("tcp", ln.Address(), 20*time.Millisecond)
	fmt.Println(err.(net.Error).Timeout())
	if err := ln.Up(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(get())
	// Output:
	// true
	// hello
}
