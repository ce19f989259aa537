package isolate

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// asks returns a body that asks three questions, on a connection each. What it does about an error is broken's.
func asks(name string, broken func(error)) explore.Body {
	return func(_ context.Context, w *explore.Wire) error {
		note("body of", name)
		onlyInChildren()
		note("body", *greeting, os.Getenv("FIXTURE_MAIN"))
		for range 3 {
			w.Do("ask", func(ctx context.Context) (any, error) {
				answer, err := ask(ctx, w)
				if err != nil {
					broken(err)
				}
				return answer, err
			})
		}
		return nil
	}
}

func ask(ctx context.Context, w *explore.Wire) (string, error) {
	conn, err := w.DialContext(ctx, "tcp", "server.test:4242")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	return exchange(conn)
}

func exchange(conn net.Conn) (string, error) {
	conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(conn, "apples\n"); err != nil {
		return "", err
	}
	return bufio.NewReader(conn).ReadString('\n')
}

// right does nothing about an error.
func right(error) {}

// deaths are ways to end a program, by the names of their tests.
var deaths = []struct {
	name  string
	death func(error)
}{
	{"exit well", func(error) { os.Exit(0) }},
	{"log.Fatal", func(err error) { log.Fatalf("it can't go on: %v", err) }},
	{"kill", func(error) { syscall.Kill(os.Getpid(), syscall.SIGKILL) }},
	{"panic", func(err error) { inGoroutine(func() { (&client{}).mustNot(err) }) }},
	{"loud", func(err error) {
		for range 2000 {
			go func() { select {} }()
		}
		for range 1000 {
			fmt.Println(strings.Repeat("loud ", 20))
		}
		fmt.Println("panic: that is only what it writes")
		inGoroutine(writeTogether)
	}},
	{"stack overflow", func(error) {
		debug.SetMaxStack(1 << 20)
		inGoroutine(func() { deeper(1) })
	}},
	{"race", func(error) { races() }},
}

type client struct{}

func (*client) mustNot(err error) { panic(fmt.Errorf("unexpected: %w", err)) }

func deeper(n int) int { return 1 + deeper(n+1) }

func writeTogether() {
	var m = map[int]int{}
	for range 2 {
		go func() {
			for i := 0; ; i++ {
				m[i%8]++
			}
		}()
	}
	select {}
}

// races writes what another goroutine writes.
func races() {
	n := 0
	done := make(chan bool)
	go func() {
		writes(&n)
		close(done)
	}()
	writes(&n)
	<-done
}

func writes(n *int) { *n++ }

// inGoroutine runs f in a goroutine that nobody can guard, and does not come back.
func inGoroutine(f func()) {
	go f()
	select {}
}

// quick is a search of a few plans, of which the first ends the first connection before its answer.
func quick() explore.Config {
	return explore.Config{
		Isolate: true, Plans: 3, Within: time.Second,
		First: []fault.Plan{{Rules: []fault.Rule{fault.ToClient(fault.Close{}).OnConn(1)}}},
	}
}
