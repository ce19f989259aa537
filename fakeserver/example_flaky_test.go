package fakeserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A bug that fails one run in a few hundred becomes a test that fails every time, and then one that passes: run the client
// behind a Proxy in front of the real server until it fails, keep the recording, and play that back without the server.
func Example_flakyBug() {
	shop := openShop() // the real server
	defer shop.Close()

	// Behind a proxy, until it fails.
	var failing transcript.Recording
	for runs := 1; ; runs++ {
		srv := listen(fakeserver.Proxy{Upstream: shop.Addr().String()})
		conn := dialServer(srv)
		_, err := askPrice(conn, "apple")
		if err != nil {
			fmt.Println(err)
			srv.Wait(context.Background(), theServerHasEnded) // it was not done when the client gave up
		}
		conn.Close()
		srv.Close()
		if err != nil {
			failing = srv.Recording() // its WriteFile keeps it
			break
		}
	}

	// What that run met, without the shop, as often as one likes.
	fmt.Println("the client fails in", failuresOf(failing, askPrice), "of 100 playbacks")
	fmt.Println("the one that reads a line fails in", failuresOf(failing, askPriceByLine))
	// Output:
	// no price in "PRICE apple "
	// the client fails in 100 of 100 playbacks
	// the one that reads a line fails in 0
}

func theServerHasEnded(tr transcript.Transcript) bool {
	return tr.Ending(transcript.ToClient) != transcript.StillOpen
}

// failuresOf plays a recording back a hundred times, and returns how often the client fails.
func failuresOf(rec transcript.Recording, ask func(conn net.Conn, item string) (string, error)) (n int) {
	for range 100 {
		srv := listen(&fakeserver.Playback{Recording: rec})
		conn := dialServer(srv)
		if _, err := ask(conn, "apple"); err != nil {
			n++
		}
		conn.Close()
		if err := errors.Join(srv.Close(), srv.Verify()); err != nil {
			fmt.Println(err) // it asked something else than the recorded client
		}
	}
	return n
}

// askPrice takes what one Read gives for the whole reply. It nearly always is.
func askPrice(conn net.Conn, item string) (string, error) {
	fmt.Fprintf(conn, "PRICE %s\n", item)
	reply := make([]byte, 512)
	n, err := conn.Read(reply)
	if err != nil {
		return "", err
	}
	return priceIn(string(reply[:n]))
}

// askPriceByLine reads up to the end of the line.
func askPriceByLine(conn net.Conn, item string) (string, error) {
	fmt.Fprintf(conn, "PRICE %s\n", item)
	reply, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return "", err
	}
	return priceIn(reply)
}

func priceIn(reply string) (string, error) {
	if fields := strings.Fields(reply); len(fields) == 3 && fields[0] == "PRICE" {
		return fields[2], nil
	}
	return "", fmt.Errorf("no price in %q", reply)
}

// openShop starts a server that answers from its memory. For one request in 300 it has to look the price up: then it
// sends what it has of the reply meanwhile.
func openShop() net.Listener {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for n := 1; ; n++ {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			w := bufio.NewWriter(conn)
			request, _ := bufio.NewReader(conn).ReadString('\n')
			fmt.Fprintf(w, "%s ", strings.TrimSpace(request))
			if n%300 == 0 {
				w.Flush()
				time.Sleep(20 * time.Millisecond) // in the database
			}
			fmt.Fprintln(w, 117)
			w.Flush()
			conn.Close()
		}
	}()
	return ln
}

func listen(h fakeserver.Handler) *fakeserver.Server {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: h})
	if err != nil {
		panic(err)
	}
	return srv
}

func dialServer(srv *fakeserver.Server) net.Conn {
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		panic(err)
	}
	return conn
}
