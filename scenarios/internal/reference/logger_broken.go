package reference

import (
	"bufio"
	"context"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// Drops breaks LinesArriveWholeOnceInOrder: it loses every seventh line.
func Drops(within time.Duration) scenarios.NetworkLogger {
	return writesThrough(within, func(w io.Writer) io.Writer {
		n := 0
		return writerFunc(func(p []byte) (int, error) {
			if n++; n%7 == 0 {
				return len(p), nil
			}
			return w.Write(p)
		})
	})
}

// Repeats breaks LinesArriveWholeOnceInOrder: it sends every seventh line twice.
func Repeats(within time.Duration) scenarios.NetworkLogger {
	return writesThrough(within, func(w io.Writer) io.Writer {
		n := 0
		return writerFunc(func(p []byte) (int, error) {
			if n++; n%7 == 0 {
				w.Write(p)
			}
			return w.Write(p)
		})
	})
}

// Reorders breaks LinesArriveWholeOnceInOrder: it sends lines in pairs, the second
// first.
func Reorders(within time.Duration) scenarios.NetworkLogger {
	return writesThrough(within, func(w io.Writer) io.Writer {
		var held []byte
		return writerFunc(func(p []byte) (int, error) {
			if held == nil {
				held = append(held, p...)
				return len(p), nil
			}
			_, err := w.Write(append(append([]byte(nil), p...), held...))
			held = nil
			return len(p), err
		})
	})
}

// Tears breaks LinesArriveWholeOnceInOrder: it waits only a moment for a collector
// that does not read, and goes on with the next line.
func Tears(within time.Duration) scenarios.NetworkLogger {
	return writesThrough(within, func(w io.Writer) io.Writer {
		conn := w.(net.Conn)
		return writerFunc(func(p []byte) (int, error) {
			conn.SetWriteDeadline(time.Now().Add(time.Millisecond))
			conn.Write(p)
			return len(p), nil
		})
	})
}

// LosesLastWords breaks LastLineOfAPanicArrives: it has a buffer that Print
// flushes, and neither Panic nor Close does.
func LosesLastWords(within time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := dial(ctx, "tcp", addr, time.Minute)
		if err != nil {
			return scenarios.Log{}, err
		}
		b := bufio.NewWriter(conn)
		l := newLog(b)
		return scenarios.Log{
			Print: func(line string) { l.Println(line); b.Flush() },
			Panic: func(line string) { l.Panicln(line) },
			Close: conn.Close,
		}, nil
	}}
}

// DiesWithItsConnection breaks SurvivesReset: a panic of its own takes its caller
// down.
func DiesWithItsConnection(within time.Duration) scenarios.NetworkLogger {
	return writesThrough(within, func(w io.Writer) io.Writer {
		return writerFunc(func(p []byte) (int, error) {
			if _, err := w.Write(p); err != nil {
				panic(err)
			}
			return len(p), nil
		})
	})
}

// writesThrough returns the standard logger with a writer in front of its
// connection.
func writesThrough(within time.Duration, wrap func(io.Writer) io.Writer) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := dial(ctx, "tcp", addr, time.Minute)
		if err != nil {
			return scenarios.Log{}, err
		}
		l := newLog(wrap(conn))
		return scenarios.Log{Print: func(line string) { l.Println(line) }, Close: conn.Close}, nil
	}}
}

// writerFunc makes an io.Writer of a function.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
