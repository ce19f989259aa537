package scenarios_test

import (
	"context"
	"errors"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

var _ = DescribeTable("Run says what is wrong with a TCP client's",
	func(ctx SpecContext, change func(*scenarios.TCPClient), kind error, message string) {
		c := reference.TCPClient(answer, within)
		c.Handler = fakeserver.Reply{Data: answer + "\n"}
		change(&c)
		err := scenarios.Run(ctx, scenarios.ReassemblesSplitReplies, always(c))
		Expect(err).To(MatchError(kind))
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
	Entry("Do", func(c *scenarios.TCPClient) { c.Do, c.Open = nil, nil }, scenarios.ErrSubject, "Do and Open are nil"),
	Entry("Want", func(c *scenarios.TCPClient) { c.Want = "" }, scenarios.ErrSubject, "Want is empty"),
	Entry("Within", func(c *scenarios.TCPClient) { c.Within = -1 }, scenarios.ErrSubject, "Within is -1ns"),
	Entry("Handler", func(c *scenarios.TCPClient) { c.Handler = fakeserver.Reply{Max: -1} }, scenarios.ErrSubject, "Max is -1"),
	Entry("answer on a healthy wire", func(c *scenarios.TCPClient) { c.Want = "something else" }, scenarios.ErrInconclusive, `on a healthy wire: Do = "Hello from TCP server", <nil>`),
	Entry("short reply", func(c *scenarios.TCPClient) {
		c.Handler, c.Want = fakeserver.Reply{Data: "\n"}, "x"
		c.Do = func(ctx context.Context, addr string) (string, error) {
			_, err := reference.TCPClient("", within).Do(ctx, addr)
			return "x", err
		}
	}, scenarios.ErrInconclusive, "the reply has 1 bytes and can't be split"),
	Entry("Handler that fails", func(c *scenarios.TCPClient) {
		c.Handler = fakeserver.HandlerFunc(func(ctx context.Context, conn *fakeserver.Conn) error {
			fakeserver.Reply{Data: answer + "\n"}.ServeConn(ctx, conn)
			return errors.New("not as scripted")
		})
	}, scenarios.ErrInconclusive, "not as scripted"),
)

var _ = Describe("Run", func() {
	It("says so when the fault was never reached", func(ctx SpecContext) {
		asked := 0
		c := reference.TCPClient(answer, within)
		c.Handler = fakeserver.Reply{Data: answer + "\n"}
		ask := c.Do
		c.Do = func(ctx context.Context, addr string) (string, error) {
			if asked++; asked > 1 { // the first time is on a healthy wire
				return "", errors.New("in no mood")
			}
			return ask(ctx, addr)
		}
		err := scenarios.Run(ctx, scenarios.ReportsReset, always(c))
		Expect(err).To(MatchError(scenarios.ErrInconclusive))
		Expect(err).NotTo(MatchError(scenarios.ErrBroken))
		Expect(err.Error()).To(ContainSubstring("rule reset.ToClient.1 never acted"))
	})

	It("says so when the client never connected", func(ctx SpecContext) {
		err := scenarios.Run(ctx, scenarios.ReportsRefused, client(func(context.Context) (string, error) { return answer, nil }))
		Expect(err).To(MatchError(scenarios.ErrInconclusive))
		Expect(err).NotTo(MatchError(scenarios.ErrBroken))
		Expect(err).To(MatchError(ContainSubstring("never connected to its server")))
	})

	It("refuses a promise without a check, and a subject without a function that makes it", func(ctx SpecContext) {
		Expect(scenarios.Run(ctx, scenarios.Promise[scenarios.UDPClient]{}, nil)).To(MatchError(scenarios.ErrSubject))
		Expect(scenarios.Run(ctx, scenarios.HonorsDeadlineOnLoss, nil)).To(MatchError(scenarios.ErrSubject))
	})

	It("returns when its context is done, though the subject does not", func(ctx SpecContext) {
		running, stop := context.WithCancelCause(ctx)
		c := scenarios.TCPClient{Want: "x", Within: time.Hour, Do: func(context.Context, string) (string, error) {
			stop(errors.New("enough"))
			select {}
		}}
		err := scenarios.Run(running, scenarios.HonorsDeadline, always(c))
		Expect(err).To(MatchError(scenarios.ErrInconclusive))
		Expect(err).To(MatchError(ContainSubstring("interrupted: enough")))
	}, NodeTimeout(time.Minute))

	DescribeTable("says what is wrong with a logger that",
		func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger], l scenarios.NetworkLogger, kind error, message string) {
			err := run(hasty(ctx), p, always(l))
			Expect(err).To(MatchError(kind))
			Expect(err).To(MatchError(ContainSubstring(message)))
		},
		Entry("is empty", scenarios.SurvivesReset, scenarios.NetworkLogger{Network: "pipe"}, scenarios.ErrSubject, `Network is "pipe", want one of tcp, udp, unix, unixgram`),
		Entry("has no connection to be reset", scenarios.SurvivesReset, reference.StandardLogger("udp", within), scenarios.ErrSubject, "a UDP logger has no connection"),
		Entry("does not open", scenarios.LastLineOfAPanicArrives, opens(scenarios.Log{}, errors.New("stuck")), scenarios.ErrBroken, "Open: stuck"),
		Entry("can't print", scenarios.LastLineOfAPanicArrives, opens(scenarios.Log{}, nil), scenarios.ErrSubject, "a Log without Print"),
		Entry("hangs", scenarios.LinesArriveWholeOnceInOrder, opens(scenarios.Log{Print: func(string) { select {} }}, nil), scenarios.ErrBroken, "did not return within"),
		Entry("does not panic", scenarios.LastLineOfAPanicArrives, opens(scenarios.Log{Print: ignore, Panic: ignore}, nil), scenarios.ErrBroken, "Panic returned"),
		Entry("hangs in Close", scenarios.LinesArriveWholeOnceInOrder, opens(scenarios.Log{Print: ignore, Close: func() error { select {} }}, nil), scenarios.ErrBroken, "Close did not return"),
	)
})

var _ = DescribeTable("Run closes a logger once",
	func(ctx SpecContext, p scenarios.Promise[scenarios.NetworkLogger], l scenarios.NetworkLogger) {
		opened, closed, open := 0, 0, l.Open
		l.Open = func(ctx context.Context, addr string) (scenarios.Log, error) {
			made, err := open(ctx, addr)
			opened++
			end := made.Close
			made.Close = func() error { closed++; return end() }
			return made, err
		}
		Expect(run(hasty(ctx), p, always(l))).To(MatchError(scenarios.ErrBroken))
		Expect(closed).To(And(Equal(opened), BeNumerically(">", 0)))
	},
	Entry("that loses lines", scenarios.LinesArriveWholeOnceInOrder, reference.Drops(within)),
	Entry("that is closed by a panic", scenarios.LastLineOfAPanicArrives, reference.LosesLastWords(within)),
	Entry("that does not come back", scenarios.SurvivesRestart, reference.StandardLogger("tcp", soon)),
)

// opens returns a logger that Open makes, or not.
func opens(l scenarios.Log, err error) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: soon, Open: func(ctx context.Context, _ string) (scenarios.Log, error) {
		scenarios.NetworkOf(ctx)
		return l, err
	}}
}

func ignore(string) {}

var _ = It("has promises with names that tell them apart, reasons and labels", func() {
	names := map[string]bool{}
	inspect := func(name, why string, labels []string) {
		Expect(name).NotTo(BeEmpty())
		Expect(names).NotTo(HaveKey(name))
		names[name] = true
		Expect(len(why)).To(BeNumerically(">", 80), name)
		Expect(labels).To(ContainElement(BeElementOf("tcp", "udp", "logger")), name)
		for _, label := range labels[1:] {
			Expect(strings.HasPrefix(label, "fault:")).To(BeTrue(), label)
		}
	}
	for _, p := range scenarios.Promises[scenarios.TCPClient]() {
		inspect(p.Name, p.Why, p.Labels)
	}
	for _, p := range scenarios.Promises[scenarios.UDPClient]() {
		inspect(p.Name, p.Why, p.Labels)
	}
	for _, p := range scenarios.Promises[scenarios.NetworkLogger]() {
		inspect(p.Name, p.Why, p.Labels)
	}
})

var _ = It("doubts the Handler when a part of the reply is the whole answer", func(ctx SpecContext) {
	chatty := reference.TCPClient(answer, within) // it reads a line
	chatty.Handler = fakeserver.Reply{Data: answer + "\nBye!"}
	for _, p := range []scenarios.Promise[scenarios.TCPClient]{scenarios.ReportsTruncatedReply, scenarios.ReportsReset, scenarios.HonorsDeadline} {
		err := run(hasty(ctx), p, always(chatty))
		Expect(err).To(MatchError(scenarios.ErrBroken))
		Expect(err).To(MatchError(ContainSubstring("this is its whole answer: what the client does not wait for, the Handler is not to send")))
	}
})
