package explore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/explore"
)

// bank answers each line.
var bank = fakeserver.Lines{Answer: func(string) string { return "balance 1000" }}

// balance is a client. Package net/textproto takes what came before the end of a connection for a line.
func balance(ctx context.Context, w *explore.Wire) (string, error) {
	conn, err := w.DialContext(ctx, "tcp", "bank:79") // to the fake server, whatever the address
	if err != nil {
		return "", err
	}
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)
	client := textproto.NewConn(conn)
	defer client.Close()
	client.PrintfLine("balance of 7")
	return client.ReadLine()
}

// balances is a body of three steps.
func balances(_ context.Context, w *explore.Wire) error {
	for range 3 {
		w.Do("balance", func(ctx context.Context) (any, error) { return balance(ctx, w) })
	}
	return nil
}

// Nobody says what is to go wrong: half an answer is found by itself.
func ExampleTCP() {
	inTest(func(t shown) { // func TestBalanceOnAnyWire(t *testing.T)
		cfg := explore.Config{Handler: bank, Within: time.Second}
		cfg.Suite = t.T // which is for tests that are no *testing.T, as this one
		explore.TCP(t, cfg, balances)
	})
	// Output:
	// FAIL: wrong answer: balance 1 returned "b" and no error, want "balance 1000", which it is on a healthy wire, or an error
}

// A client of datagrams that takes whatever comes for its answer has the one before from the first duplicate on.
func ExampleUDP() {
	inTest(func(t shown) { // func TestResolverOnAnyWire(t *testing.T)
		cfg := explore.Config{PacketHandler: fakeserver.PacketEcho{}, Within: time.Second, Suite: t.T}
		explore.UDP(t, cfg, func(ctx context.Context, w *explore.Wire) error {
			conn, err := w.DialContext(ctx, "udp", "resolver:53")
			if err != nil {
				return err
			}
			defer conn.Close()
			for _, name := range []string{"apple", "pear", "plum"} {
				w.Do("resolve "+name, func(ctx context.Context) (any, error) {
					deadline, _ := ctx.Deadline()
					conn.SetDeadline(deadline)
					if _, err := io.WriteString(conn, name); err != nil {
						return nil, err
					}
					answer := make([]byte, 512)
					n, err := conn.Read(answer)
					return answer[:n], err
				})
			}
			return nil
		})
	})
	// Output:
	// FAIL: wrong answer: resolve pear 1 returned "apple" and no error, want "pear", which it is on a healthy wire, or an error
}

// A logger that connects again when a write fails. What it writes to a collector that has closed the connection is written without an error,
// and gone.
func ExampleLogger() {
	inTest(func(t shown) { // func TestLoggerOnAnyWire(t *testing.T)
		cfg := explore.Config{Within: time.Second, Suite: t.T}
		explore.Logger(t, cfg, func(ctx context.Context, w *explore.Wire) (explore.Log, error) {
			var conn net.Conn
			var closed bool
			var mu sync.Mutex
			print := func(line string) (err error) {
				mu.Lock()
				defer mu.Unlock()
				if closed {
					return net.ErrClosed
				}
				for range 2 {
					if conn == nil {
						if conn, err = w.DialContext(ctx, "tcp", "collector:514"); err != nil {
							return err
						}
					}
					conn.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
					if _, err = io.WriteString(conn, line+"\n"); err == nil {
						return nil
					}
					conn.Close()
					conn = nil
				}
				return err
			}
			end := func() error {
				mu.Lock()
				defer mu.Unlock()
				closed = true
				if conn == nil {
					return nil
				}
				return conn.Close()
			}
			return explore.Log{Print: print, Close: end}, nil
		})
	})
	// Output:
	// FAIL: lost: line 2, line 3, line 4, line 5, line 6, line 7, line 8, line 9, line 10, line 11, line 12 never arrived: nothing said so, and they were logged when all was well again
}

// An oracle of one's own is asked about each trial: this one wants a client to be quick when it is refused.
func ExampleCheck() {
	quick := explore.Check{Name: "slow to give up", Func: func(o explore.Outcome) error {
		for _, s := range o.Steps {
			if s.Class == "refused" && s.Took > 100*time.Millisecond {
				return fmt.Errorf("%v: refused after %v", s, s.Took.Round(100*time.Millisecond))
			}
		}
		return nil
	}}
	insist := func(ctx context.Context, w *explore.Wire) (answer string, err error) {
		for range 3 {
			if answer, err = balance(ctx, w); err == nil || ctx.Err() != nil {
				return answer, err
			}
			time.Sleep(100 * time.Millisecond)
		}
		return answer, err
	}
	inTest(func(t shown) { // func TestBalanceGivesUp(t *testing.T)
		cfg := explore.Config{Handler: bank, Within: time.Second, Suite: t.T, Checks: []explore.Check{quick}}
		explore.TCP(t, cfg, func(_ context.Context, w *explore.Wire) error {
			for range 3 {
				w.Do("balance", func(ctx context.Context) (any, error) { return insist(ctx, w) })
			}
			return nil
		})
	})
	// Output:
	// FAIL: slow to give up: balance 1: refused after 300ms
}

// Without a test, and with a plan to begin with: what is found is shrunk, and run again and again.
func ExampleSearch() {
	seen := fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Latency{Delay: 10 * time.Millisecond}), fault.ToClient(fault.Close{}).OnConn(3).AfterBytes(5)}}
	cfg := explore.Config{Handler: bank, Within: 500 * time.Millisecond, First: []fault.Plan{seen}, Plans: 1}
	r, err := explore.Search(context.Background(), cfg, fault.Streams, balances) // on sockets: there is no *testing.T
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range r.Finds {
		fmt.Println(f.Breach.Oracle, f.Plan.Rules, f.Rate)
	}
	// Output:
	// wrong answer [half-close to the client after 1 byte on conn 1] 20 of 20
}

// A panic in a goroutine of the client ends the program. With Isolate that is a find like any other, since trials run in processes
// of their own: in each of them the test runs again, up to its search.
func ExampleConfig_isolate() {
	inTest(func(t shown) { // func TestFeedOnAnyWire(t *testing.T)
		explore.TCP(t, explore.Config{Handler: bank, Isolate: true}, func(ctx context.Context, w *explore.Wire) error {
			lines := make(chan string)
			conn, err := w.DialContext(ctx, "tcp", "bank:79")
			if err != nil {
				return err
			}
			defer conn.Close()
			go func() { // ends the program when an answer is cut short
				for r := bufio.NewReader(conn); ; {
					line, err := r.ReadString('\n')
					if errors.Is(err, net.ErrClosed) {
						return
					}
					lines <- strings.Fields(line)[1]
				}
			}()
			for range 3 {
				w.Do("balance", func(ctx context.Context) (any, error) {
					io.WriteString(conn, "balance of 7\n")
					select {
					case line := <-lines:
						return line, nil
					case <-ctx.Done():
						return nil, ctx.Err()
					}
				})
			}
			return nil
		})
	})
}
