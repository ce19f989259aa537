package specimen

import (
	"context"
	"fmt"
	"strings"
)

// waitsForPackets waits for its answer until it comes. On the author's network none was ever lost.
//
// As in github.com/esnet/iperf/pull/222, github.com/vpetrigo/sntpc/issues/52.
type waitsForPackets struct {
	port
	asked int
}

func newWaitsForPackets(dial Dialer) client { return &waitsForPackets{port: port{dial: dial}} }

func (c *waitsForPackets) Ask(ctx context.Context, question string) (string, error) {
	if err := c.open(ctx); err != nil {
		return "", err
	}
	c.asked++
	if _, err := fmt.Fprintf(c.conn, "%d %s\n", c.asked, question); err != nil {
		return "", err
	}
	for buf := make([]byte, 1500); ; {
		n, err := c.conn.Read(buf)
		if err != nil {
			return "", err
		}
		line, whole := strings.CutSuffix(string(buf[:n]), "\n")
		if text, ours := strings.CutPrefix(line, fmt.Sprintf("%d ", c.asked)); whole && ours {
			return text, nil
		}
	}
}
