package scenarios_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

var _ = tried(scenarios.TakesRepliesOneAtATime.Name, true, true)

var _ = Describe("a TCP client with requests under way together", func() {
	takes := scenarios.TakesRepliesOneAtATime

	It("passes if it gives each its own reply", func(ctx SpecContext) {
		Expect(scenarios.Run(ctx, takes, always(reference.TCPClient(echoed, within)))).To(Succeed())
	}, NodeTimeout(time.Minute))

	It("passes with a server that greets it", func(ctx SpecContext) {
		Expect(scenarios.Run(ctx, takes, always(greeted()))).To(Succeed())
	}, NodeTimeout(time.Minute))

	DescribeTable("fails if it", func(ctx SpecContext, breaks func(string, time.Duration) scenarios.TCPClient, evidence string) {
		wantBroken(run(hasty(ctx), takes, always(breaks(echoed, 2*soon))), takes.Name, evidence)
	},
		Entry("makes a reader for each reply", NodeTimeout(time.Minute), reference.FreshReaders,
			`with its replies arriving together: AskAll(3) = ["request 1"], `),
		Entry("takes a Read for a reply", NodeTimeout(time.Minute), reference.GluesReplies,
			`with its replies arriving together: AskAll(3) = ["request 1\nrequest 2\nrequest 3"], `),
		Entry("throws half replies away", NodeTimeout(time.Minute), reference.DropsHalves,
			`arriving together, but for a boundary after byte 15 of 30: AskAll(3) = ["request 1" "st 2" "request 3"], <nil>, want `),
	)

	DescribeTable("proves nothing if it", func(ctx SpecContext, change func(*scenarios.TCPClient), kind error, message string) {
		c := reference.TCPClient(echoed, 2*soon)
		change(&c)
		err := run(hasty(ctx), takes, always(c))
		Expect(err).To(MatchError(kind))
		Expect(err).NotTo(MatchError(scenarios.ErrBroken))
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
		Entry("has no sessions", NodeTimeout(time.Minute), func(c *scenarios.TCPClient) { c.Open = nil },
			scenarios.ErrSubject, "Open is nil"),
		Entry("has no AskAll", NodeTimeout(time.Minute), func(c *scenarios.TCPClient) { c.Open = withAskAll(c.Open, nil) },
			scenarios.ErrSubject, "AskAll is nil"),
		Entry("asks in turn", NodeTimeout(time.Minute), func(c *scenarios.TCPClient) { *c = reference.AsksInTurn(echoed, 2*soon) },
			scenarios.ErrInconclusive, "the client never has two requests under way there, and the promise is not for it"),
		Entry("fails without any fault", NodeTimeout(time.Minute), func(c *scenarios.TCPClient) {
			c.Open = withAskAll(c.Open, func(context.Context, int) ([]string, error) { return []string{"no"}, nil })
		}, scenarios.ErrInconclusive, `with the replies to AskAll arriving one after another: AskAll(3) = ["no"], <nil>, want ["request 1" "request 2" "request 3"]`),
	)

	It("reads all of them at once, and then with the one boundary", func(ctx SpecContext) {
		for range 20 { // no race with the wire
			var sizes [][]int
			c := reference.TCPClient(echoed, within)
			c.Open = func(_ context.Context, addr string) (scenarios.Session, error) {
				s, err := reference.TCPClient(echoed, within).Open(ctx, addr)
				s.AskAll = func(_ context.Context, n int) (answers []string, err error) {
					all, read, err := readAll(addr, n)
					sizes = append(sizes, read)
					return strings.Split(strings.TrimSuffix(all, "\n"), "\n"), err
				}
				return s, err
			}
			Expect(scenarios.Run(ctx, takes, always(c))).To(Succeed())
			Expect(sizes).To(Equal([][]int{{10, 10, 10}, {30}, {15, 15}}))
		}
	}, NodeTimeout(time.Minute))
})

// withAskAll returns open with another AskAll.
func withAskAll(open func(context.Context, string) (scenarios.Session, error), askAll func(context.Context, int) ([]string, error)) func(context.Context, string) (scenarios.Session, error) {
	return func(ctx context.Context, addr string) (scenarios.Session, error) {
		s, err := open(ctx, addr)
		s.AskAll = askAll
		return s, err
	}
}

// readAll sends n requests to addr, and returns what each Read gave until all answers
// were there.
func readAll(addr string, n int) (all string, sizes []int, err error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return "", nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(within))
	io.WriteString(conn, "request 1\nrequest 2\nrequest 3\n")
	for p := make([]byte, 1024); strings.Count(all, "\n") < n; {
		n, err := conn.Read(p)
		if err != nil {
			return all, sizes, err
		}
		all, sizes = all+string(p[:n]), append(sizes, n)
	}
	return all, sizes, nil
}

// greeted returns a client whose server greets each connection with a line, which the
// client reads before it asks.
func greeted() scenarios.TCPClient {
	handler := fakeserver.HandlerFunc(func(ctx context.Context, conn *fakeserver.Conn) error {
		if _, err := io.WriteString(conn, "welcome\n"); err != nil {
			return err
		}
		return echoes.ServeConn(ctx, conn)
	})
	return scenarios.TCPClient{Handler: handler, Want: "request 1", Within: within, Open: func(_ context.Context, addr string) (scenarios.Session, error) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return scenarios.Session{}, err
		}
		conn.SetDeadline(time.Now().Add(within))
		r := bufio.NewReader(conn)
		if line, err := r.ReadString('\n'); err != nil || line != "welcome\n" {
			return scenarios.Session{}, errors.Join(fmt.Errorf("greeted with %q: %w", line, err), conn.Close())
		}
		askAll := func(_ context.Context, first, n int) (answers []string, err error) {
			for i := range n {
				fmt.Fprintf(conn, "request %d\n", first+i)
			}
			for range n {
				line, err := r.ReadString('\n')
				if err != nil {
					return answers, err
				}
				answers = append(answers, strings.TrimSuffix(line, "\n"))
			}
			return answers, nil
		}
		return scenarios.Session{
			Ask: func(ctx context.Context, n int) (string, error) {
				answers, err := askAll(ctx, n, 1)
				return strings.Join(answers, ""), err
			},
			AskAll: func(ctx context.Context, n int) ([]string, error) { return askAll(ctx, 1, n) },
			Close:  conn.Close,
		}, nil
	}}
}
