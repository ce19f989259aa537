package reference

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// A settler is a logger that dials again while its connection is new. Once a connection
// has taken more than a line, an error on it is the end.
type settler struct {
	network scenarios.Network
	addr    string
	conn    net.Conn // nil at the end
	took    int      // lines that the connection took
}

// Settles breaks SurvivesReset, but only where the reset comes after the first line.
func Settles(within time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		network := scenarios.NetworkOf(ctx)
		conn, err := dialWithin(ctx, network, within, "tcp", addr)
		s := &settler{network: network, addr: addr, conn: conn}
		return scenarios.Log{Print: s.print, Close: s.close}, err
	}}
}

func (s *settler) print(line string) {
	if s.conn == nil {
		return
	}
	if _, err := io.WriteString(s.conn, line+"\n"); err == nil {
		s.took++
		return
	}
	s.conn.Close()
	if s.conn = nil; s.took > 1 {
		return
	}
	if conn, err := s.network.DialContext(context.Background(), "tcp", s.addr); err == nil {
		s.conn, s.took = conn, 0
		s.print(line)
	}
}

func (s *settler) close() error {
	if s.conn == nil {
		return nil
	}
	return s.conn.Close()
}
