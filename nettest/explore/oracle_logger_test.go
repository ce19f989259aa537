package explore

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A lineLog writes lines, and connects again when that fails. What it does wrong is said by its fields.
type lineLog struct {
	blind     bool // it does not look whether the collector has hung up
	tells     bool // and says that lines may be lost
	goesOn    bool // a line goes on where its connection broke
	putsBack  bool // a line that failed comes after the next one
	sendsAll  bool // on a new connection all lines come again
	endsByNil bool // a line after Close has nowhere to go

	dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	conn  net.Conn
	ended chan struct{} // closed when the collector has hung up
	lines []string      // that are sent
	back  []string      // that were put back
}

// connect sees to it that there is a connection on which the collector has not hung up.
func (l *lineLog) connect() error {
	if l.conn != nil && !l.blind {
		select {
		case <-l.ended:
			l.hangUp()
		default:
		}
	}
	if l.conn != nil {
		return nil
	}
	conn, err := l.dial(context.Background(), "tcp", "collector:514")
	if err != nil {
		return err
	}
	l.conn, l.ended = conn, make(chan struct{})
	go l.watch(conn, l.ended)
	if l.sendsAll {
		for _, line := range l.lines {
			io.WriteString(conn, line+"\n")
		}
	}
	return nil
}

func (l *lineLog) watch(conn net.Conn, ended chan struct{}) {
	defer close(ended)
	io.Copy(io.Discard, conn)
}

func (l *lineLog) hangUp() {
	if l.conn != nil {
		l.conn.Close()
		<-l.ended
		l.conn = nil
	}
}

// send writes a line in two parts, and says how much of it the first ones were.
func (l *lineLog) send(text string) (n int, err error) {
	if err := l.connect(); err != nil {
		return 0, err
	}
	l.conn.SetWriteDeadline(time.Now().Add(right.patience))
	half := len(text) / 2
	if n, err = io.WriteString(l.conn, text[:half]); err != nil {
		return n, err
	}
	time.Sleep(time.Millisecond) // such as another system call takes
	more, err := io.WriteString(l.conn, text[half:])
	return n + more, err
}

func (l *lineLog) Print(line string) error {
	if l.endsByNil && l.dial == nil {
		panic("it is closed")
	}
	text := line + "\n"
	n, err := l.send(text)
	switch {
	case err == nil:
	case l.putsBack:
		l.hangUp()
		l.back = append(l.back, text)
		return nil
	case l.goesOn:
		l.hangUp()
		_, err = l.send(text[n:])
	default:
		l.hangUp()
		_, err = l.send(text)
	}
	l.lines = append(l.lines, line)
	for _, text := range l.back {
		io.WriteString(l.conn, text)
	}
	l.back = nil
	return err
}

func (l *lineLog) Close() error {
	l.hangUp()
	if l.endsByNil {
		l.dial = nil
	}
	return nil
}

// Err says that lines may be lost.
func (l *lineLog) Err() error {
	if l.tells {
		return errors.New("the collector may not have all lines")
	}
	return nil
}

// logged returns what the oracles say of a logger that is like another.
func logged(t *testing.T, cfg Config, like lineLog, p fault.Plan) result {
	t.Helper()
	cfg.Suite, cfg.Lines, cfg.LineBytes, cfg.Within = t, 4, 100, 5*time.Second
	cfg = loggerConfig(cfg, fault.Streams)
	return judged(t, cfg, logging(cfg, fault.Streams, func(_ context.Context, w *Wire) (Log, error) {
		l := like
		l.dial = w.DialContext
		return Log{Print: l.Print, Close: l.Close, Err: l.Err}, nil
	}), p)
}

func TestOraclesOfLoggers(t *testing.T) {
	var (
		inALine = only(fault.FromClient(fault.Reset{}).OnConn(1).AfterBytes(50))
		later   = only(fault.FromClient(fault.Reset{}).OnConn(1).AfterBytes(150))
		forGood = only(fault.ToClient(fault.Close{}))
		twice   = Config{With: []Oracle{SentTwice}}
	)
	for _, test := range []struct {
		name string
		cfg  Config
		like lineLog
		plan fault.Plan
		want []string // oracle and kind; none: it is right, or can't be blamed
	}{
		{"does not look whether anybody is there", Config{}, lineLog{blind: true}, endsFirst, []string{"lost: lines"}},
		{"lost, not asked", Config{Without: []Oracle{Lost}}, lineLog{blind: true}, endsFirst, nil},
		{"says that lines may be lost", Config{}, lineLog{blind: true, tells: true}, endsFirst, nil},
		{"looks whether anybody is there", Config{}, lineLog{}, endsFirst, nil},
		{"can't know what a collector that hangs up each time has taken", Config{}, lineLog{blind: true}, forGood, nil},

		{"goes on in a line", Config{}, lineLog{goesOn: true}, inALine, []string{"torn: line"}},
		{"torn, not asked", Config{Without: []Oracle{Torn}}, lineLog{goesOn: true}, inALine, nil},
		{"sends a line again that broke off", Config{}, lineLog{}, inALine, nil},
		{"can't help what a wire makes of a line", Config{}, lineLog{}, only(fault.FromClient(fault.Overwrite{At: 10, Bytes: []byte("!!")}).OnConn(1)), nil},

		{"puts a line back", Config{}, lineLog{putsBack: true}, later, []string{"out of order: line"}},
		{"out of order, not asked", Config{Without: []Oracle{OutOfOrder}}, lineLog{putsBack: true}, later, nil},
		{"keeps the order", Config{}, lineLog{}, later, nil},

		{"sends all lines again", twice, lineLog{sendsAll: true}, later, []string{"sent twice: line"}},
		{"sends lines again, which is not forbidden", Config{}, lineLog{sendsAll: true}, later, nil},
		{"sends each once", twice, lineLog{}, endsFirst, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := logged(t, test.cfg, test.like, test.plan)
			wantAccused(t, test.plan, r, test.want)
		})
	}
}

// A print after Close that panics does so on a healthy wire, and is said there.
func TestOraclesOfLoggersThatAreClosed(t *testing.T) {
	cfg := loggerConfig(Config{Suite: t, Lines: 2, LineBytes: 100}, fault.Streams)
	_, err := rehearsed(t, cfg, fault.Streams, logging(cfg, fault.Streams, func(_ context.Context, w *Wire) (Log, error) {
		l := lineLog{endsByNil: true, dial: w.DialContext}
		return Log{Print: l.Print, Close: l.Close}, nil
	}))
	wantErr(t, err, "line after close 1", "it is closed")
}
