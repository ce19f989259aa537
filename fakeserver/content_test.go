package fakeserver_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// How rules go by what goes the other way.

// talkNetworks start a server, and say how it is dialed.
var talkNetworks = map[string]func(*testing.T, fakeserver.Config) (*fakeserver.Server, func() net.Conn){
	"sockets": func(t *testing.T, cfg fakeserver.Config) (*fakeserver.Server, func() net.Conn) {
		srv := fakeserver.Start(t, cfg)
		return srv, func() net.Conn { return dial(t, srv) }
	},
	"in memory": func(t *testing.T, cfg fakeserver.Config) (*fakeserver.Server, func() net.Conn) {
		n := new(fakenet.Network)
		cfg.Transport = n
		srv := fakeserver.Start(t, cfg)
		return srv, func() net.Conn {
			c, err := n.DialContext(t.Context(), "tcp", srv.Addr())
			if err != nil {
				t.Fatal(err)
			}
			c.SetDeadline(time.Now().Add(patience))
			t.Cleanup(func() { c.Close() })
			return c
		}
	},
}

// upper answers each line in upper case, by calls of one kind or another.
var upper = map[string]fakeserver.HandlerFunc{
	"Read": func(_ context.Context, c *fakeserver.Conn) error {
		for r := bufio.NewReader(c); ; {
			line, err := r.ReadString('\n')
			if err != nil {
				return nil
			}
			if _, err := io.WriteString(c, strings.ToUpper(line)); err != nil {
				return err
			}
		}
	},
	"WriteTo": func(_ context.Context, c *fakeserver.Conn) error {
		_, err := c.WriteTo(uppercase{c})
		return err
	},
}

type uppercase struct{ io.Writer }

func (w uppercase) Write(p []byte) (int, error) {
	return w.Writer.Write([]byte(strings.ToUpper(string(p))))
}

// talkRounds is how often what must not hang on which goroutine is faster is tried.
const talkRounds = 60

// The handler has read what the client asks for, and answers at once: the rule acts before that,
// each time, and the record says where.
func TestMatchFromTheClientActsBeforeTheAnswer(t *testing.T) {
	for network, start := range talkNetworks {
		for call, h := range upper {
			for _, live := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, live %v", network, call, live), func(t *testing.T) {
					rules := plan(fault.ToClient(fault.Close{}).AfterMatchIn(transcript.FromClient, "secret"))
					cfg := fakeserver.Config{Handler: h, Faults: rules}
					if live {
						cfg.Faults = fault.Plan{}
					}
					srv, dialTo := start(t, cfg)
					for conn := 1; conn <= talkRounds; conn++ {
						c := dialTo()
						send(t, c, "hello\n")
						wantRead(t, c, "HELLO\n")
						if live {
							setFaults(t, srv, rules.Rules...)
						}
						send(t, c, "the secret\n")
						wantAll(t, c, "", io.EOF)
						wantLastActed(t, srv, conn, transcript.ToClient, 6)
						if live {
							c.Close()
							wait(t, srv, ended(conn))
							setFaults(t, srv)
						}
					}
				})
			}
		}
	}
}

// wantLastActed checks that the last fault on a connection is at an offset of a direction.
func wantLastActed(t *testing.T, srv *fakeserver.Server, conn int, d transcript.Direction, at int64) {
	t.Helper()
	all := srv.Transcript().Conn(conn).Faults()
	if len(all) == 0 || all[len(all)-1].Direction != d || all[len(all)-1].Offset != at {
		t.Fatalf("conn %d: the faults are %v, want one %v at %d\n%v", conn, all, d, at, srv.Transcript().Conn(conn))
	}
}

// The client says something as soon as it has read what the rule waits for: the rule acts before
// that, each time.
func TestMatchToTheClientActsBeforeWhatTheClientSaysThen(t *testing.T) {
	for network, start := range talkNetworks {
		for _, live := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, live %v", network, live), func(t *testing.T) {
				heard := make(chan string, 1)
				h := fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
					if err := expect(c, "hello\n"); err != nil {
						return err
					}
					io.WriteString(c, "220 go ")
					io.WriteString(c, "ahead\r\n")
					p, err := io.ReadAll(c)
					heard <- string(p)
					return err
				})
				rules := plan(fault.FromClient(fault.HalfClose{}).AfterMatchIn(transcript.ToClient, "ahead\r\n"))
				cfg := fakeserver.Config{Handler: h}
				if !live {
					cfg.Faults = rules
				}
				srv, dialTo := start(t, cfg)
				for conn := 1; conn <= talkRounds; conn++ {
					c := dialTo()
					if live {
						wait(t, srv, func(tr transcript.Transcript) bool { return tr.Conns() == conn })
						setFaults(t, srv, rules.Rules...)
					}
					send(t, c, "hello\n")
					r := bufio.NewReader(c)
					if line, err := r.ReadString('\n'); line != "220 go ahead\r\n" || err != nil {
						t.Fatalf("the client heard %q, %v", line, err)
					}
					c.Write([]byte("mail")) // the server may have ended by now
					if got := <-heard; got != "" {
						t.Fatalf("conn %d: the handler heard %q, want nothing", conn, got)
					}
					c.Close()
					wait(t, srv, ended(conn))
					wantLastActed(t, srv, conn, transcript.FromClient, 6)
					if live {
						setFaults(t, srv)
					}
				}
			})
		}
	}
}

// Each fault that acts once acts as soon as it is told, though its own direction is idle for good.
func TestMatchInTheOtherDirectionActsWithoutAByte(t *testing.T) {
	for network, start := range talkNetworks {
		for where, h := range idlers {
			for _, f := range pointFaults {
				for _, on := range []func(fault.Fault) fault.Rule{fault.FromClient, fault.ToClient} {
					rule := on(f)
					other := transcript.FromClient + transcript.ToClient - rule.Direction
					t.Run(fmt.Sprintf("%s, %s %v, handler %s", network, f.Kind(), rule.Direction, where), func(t *testing.T) {
						srv, dialTo := start(t, fakeserver.Config{Handler: h, Faults: plan(rule.AfterMatchIn(other, "ab"))})
						c := dialTo()
						send(t, c, "ab") // and the idlers echo it
						at := int64(2)
						if rule.Direction == transcript.ToClient {
							at = 0
						}
						wait(t, srv, func(tr transcript.Transcript) bool { return tr.Faults() != nil })
						wantLastActed(t, srv, 1, rule.Direction, at)
					})
				}
			}
		}
	}
}

// What a rule is told while its direction turns to its next read is not overlooked: that would wait
// for bytes which don't come.
func TestMatchToTheClientActsWhereverTheReadingStands(t *testing.T) {
	spins := make(chan time.Duration, 1)
	srv := fakeserver.Start(t, fakeserver.Config{
		Handler: fakeserver.HandlerFunc(func(ctx context.Context, c *fakeserver.Conn) error {
			if _, err := c.Read(make([]byte, 1)); err != nil {
				return err
			}
			for began, spin := time.Now(), <-spins; time.Since(began) < spin; {
			} // the reading is at another point in each round
			io.WriteString(c, "220")
			<-ctx.Done()
			return nil
		}),
		Faults: plan(fault.FromClient(fault.Close{}).AfterMatchIn(transcript.ToClient, "220")),
	})
	for round := range 200 {
		spins <- time.Duration(round%25) * 300 * time.Nanosecond
		c := dial(t, srv)
		send(t, c, "x")
		wait(t, srv, func(tr transcript.Transcript) bool { return len(tr.Conn(round+1).Faults()) == 1 })
		c.Close()
	}
}

// What goes the other way is looked at, and fares as without rules: it is read and written as it
// came, and ends so.
func TestDirectionThatIsOnlyLookedAtFaresAsWithoutRules(t *testing.T) {
	for network, start := range talkNetworks {
		t.Run(network, func(t *testing.T) {
			srv, dialTo := start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(
				fault.ToClient(fault.Close{}).AfterMatchIn(transcript.FromClient, "never").NeedNotFire(),
				fault.FromClient(fault.Close{}).AfterMatchIn(transcript.ToClient, "never").NeedNotFire(),
			)})
			text := string(words(1, "client", 200<<10))
			c := dialTo()
			go func() {
				writeCut(c, []byte(text), []int{1000, 7, 40000})
				closeWriteOr(c)
			}()
			wantAll(t, c, text, io.EOF)
			wait(t, srv, ended(1))
			tr := srv.Transcript()
			wantEnding(t, tr, 1, transcript.ByFIN, transcript.ByFIN)
			if got := string(tr.FromClient()); got != text {
				t.Errorf("the record has %d bytes of the client, want %d", len(got), len(text))
			}
		})
	}
}
