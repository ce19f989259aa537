package reference

import (
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// PanicsAfterClose breaks ReportsLinesAfterClose: its Close closes the channel on which Print
// sends.
func PanicsAfterClose(within time.Duration) scenarios.NetworkLogger {
	return prints(within, func(conn net.Conn) scenarios.Log {
		lines, sent := make(chan string, maxQueued), make(chan struct{})
		go func() {
			defer close(sent)
			for line := range lines {
				io.WriteString(conn, line+"\n")
			}
		}()
		return scenarios.Log{
			Print: func(line string) { lines <- line },
			Close: func() error { close(lines); <-sent; return conn.Close() },
		}
	})
}

// HangsAfterClose breaks ReportsLinesAfterClose: its Close ends the goroutine that takes what
// Print hands over.
func HangsAfterClose(within time.Duration) scenarios.NetworkLogger {
	return prints(within, func(conn net.Conn) scenarios.Log {
		lines, stop := make(chan string), make(chan struct{})
		go func() {
			for {
				select {
				case line := <-lines:
					io.WriteString(conn, line+"\n")
				case <-stop:
					return
				}
			}
		}()
		return scenarios.Log{
			Print: func(line string) { lines <- line },
			Close: func() error { close(stop); return conn.Close() },
		}
	})
}
