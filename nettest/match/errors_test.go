package match_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	. "github.com/fakewire/fakewire/nettest/match"
)

// opError returns err as a socket returns it.
func opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Err: os.NewSyscallError(op, err)}
}

// A slow error has a Timeout method, as a package's own errors may have.
type slow struct{ timeout bool }

func (slow) Error() string   { return "slow" }
func (e slow) Timeout() bool { return e.timeout }

func TestErrorMatchers(t *testing.T) {
	matchers := map[string]func() types.GomegaMatcher{
		"reset": BeReset, "refused": BeRefused, "timeout": BeTimeout,
		"EOF": BeEOF, "broken pipe": BeBrokenPipe,
	}
	deep := fmt.Errorf("ask: %w", errors.Join(errors.New("first"), opError("read", syscall.ECONNRESET)))
	for why, tt := range map[string]struct {
		err  error
		want string
	}{
		"plain reset":              {syscall.ECONNRESET, "reset"},
		"reset of a socket":        {opError("read", syscall.ECONNRESET), "reset"},
		"reset deep down":          {deep, "reset"},
		"refused":                  {opError("connect", syscall.ECONNREFUSED), "refused"},
		"broken pipe":              {opError("write", syscall.EPIPE), "broken pipe"},
		"EOF":                      {fmt.Errorf("read: %w", io.EOF), "EOF"},
		"unexpected EOF":           {io.ErrUnexpectedEOF, ""},
		"deadline":                 {opError("read", os.ErrDeadlineExceeded), "timeout"},
		"context's deadline":       {fmt.Errorf("ask: %w", context.DeadlineExceeded), "timeout"},
		"context was canceled":     {context.Canceled, ""},
		"the kernel's timeout":     {opError("connect", syscall.ETIMEDOUT), "timeout"},
		"a Timeout method":         {fmt.Errorf("ask: %w", slow{true}), "timeout"},
		"… that returns false":     {slow{false}, ""},
		"timeout below an OpError": {&net.OpError{Op: "read", Err: fmt.Errorf("tls: %w", slow{true})}, "timeout"},
		"timeout beside another":   {errors.Join(errors.New("first"), slow{true}), "timeout"},
		"closed":                   {net.ErrClosed, ""},
		"no error":                 {nil, ""},
	} {
		for name, m := range matchers {
			t.Run(why+"/"+name, func(t *testing.T) {
				wantMatch(t, tt.err, m(), tt.want == name)
				wantSettled(t, tt.err, m())
			})
		}
	}
}

func TestErrorMatchersRefuseNonsense(t *testing.T) {
	var none *net.OpError
	for _, m := range []types.GomegaMatcher{BeReset(), BeTimeout(), BeEOF()} {
		wantMisuse(t, 7, m, "wants an error, not a int")
		wantMisuse(t, "EOF", m, "wants an error, not a string")
		wantMisuse(t, none, m, "nil *net.OpError, which is not equal to nil")
		wantMisuse(t, func() error { return nil }, m, "only Eventually and Consistently")
	}
}

// An error stays what it is; a function is called again.
func TestErrorMatchersAndEventually(t *testing.T) {
	wantEarly(t, io.EOF, BeReset())
	tries := 0
	eventually(t, func() error {
		if tries++; tries < 3 {
			return syscall.ECONNREFUSED
		}
		return io.EOF
	}, BeEOF())
	if tries != 3 {
		t.Errorf("%d tries, want 3", tries)
	}
}

func TestErrorMatchersSayWhatThereWas(t *testing.T) {
	refused := fmt.Errorf("ask: %w", errors.Join(&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route")}, opError("connect", errors.New("no"))))
	wantMessage(t, "error", func(g gomega.Gomega) { g.Expect(refused).To(BeReset()) })
	wantMessage(t, "error_none", func(g gomega.Gomega) { g.Expect(error(nil)).To(BeTimeout()) })
	wantMessage(t, "error_other", func(g gomega.Gomega) { g.Expect(fmt.Errorf("read: %w", io.EOF)).To(BeReset()) })
	wantMessage(t, "error_unexpected_eof", func(g gomega.Gomega) { g.Expect(io.ErrUnexpectedEOF).To(BeEOF()) })
	wantMessage(t, "error_not", func(g gomega.Gomega) { g.Expect(fmt.Errorf("read: %w", io.EOF)).NotTo(BeEOF()) })
}

// A wordy error has a long text.
type wordy struct{}

func (wordy) Error() string { return strings.Repeat("long ", 1000) + "\nsecond line" }

func TestErrorMatchersBoundTheirMessages(t *testing.T) {
	var many []error
	for range 500 {
		many = append(many, wordy{})
	}
	j := newJudge()
	j.Expect(errors.Join(many...)).To(BeReset())
	if n := len(j.failures[0]); n > 10_000 || !strings.Contains(j.failures[0], "…") || strings.Contains(j.failures[0], "second line") {
		t.Errorf("the message has %d bytes:\n%.500s", n, j.failures[0])
	}
}

// Real sockets return these errors.
func TestErrorMatchersOnRealSockets(t *testing.T) {
	g := gomega.NewWithT(t)
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Reset{}).AfterBytes(1).OnConn(1),
		fault.ToClient(fault.Close{}).AfterBytes(1).OnConn(2),
		fault.ToClient(fault.Blackhole{}).OnConn(3),
	}}})
	c, p := dial(t, "tcp", srv), make([]byte, 9)
	send(t, c, "ab")
	_, err := io.ReadFull(c, p)
	g.Expect(err).To(BeReset())
	_, err = c.Write(p)
	g.Expect(err).To(BeBrokenPipe())

	c = dial(t, "tcp", srv)
	send(t, c, "ab")
	_, err = c.Read(p)
	g.Expect(err).NotTo(BeEOF())
	_, err = c.Read(p)
	g.Expect(err).To(BeEOF())

	c = dial(t, "tcp", srv)
	c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	send(t, c, "ab")
	_, err = c.Read(p)
	g.Expect(err).To(BeTimeout())

	if err := srv.Down(); err != nil {
		t.Fatal(err)
	}
	_, err = net.Dial("tcp", srv.Addr())
	g.Expect(err).To(BeRefused())
}
