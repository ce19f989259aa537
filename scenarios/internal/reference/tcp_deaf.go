package reference

import (
	"context"
	"io"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// DialsOnWhenTold breaks StopsWhenTold while it connects: net.DialTimeout knows of no
// context.
func DialsOnWhenTold(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{dialsOn: true})
}

// ReadsOnWhenTold breaks StopsWhenTold half-way through a reply: once that has begun, it
// wants to have it whole.
func ReadsOnWhenTold(want string, within time.Duration) scenarios.TCPClient {
	return tcpSubject(want, within, 1, flaws{readsOn: true})
}

// readOn sends the request, waits for a reply until ctx is done, and reads it for as long
// as within allows.
func (conn *lineConn) readOn(ctx context.Context, request string, within time.Duration) (string, error) {
	conn.SetDeadline(time.Now().Add(within))
	told := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		conn.SetDeadline(time.Unix(1, 0))
		close(told)
	})
	if _, err := io.WriteString(conn, request); err != nil {
		stop()
		return "", err
	}
	_, err := conn.r.Peek(1)
	if !stop() {
		<-told // else it would undo what follows
	}
	if err != nil {
		return "", err
	}
	conn.SetDeadline(time.Now().Add(within))
	return conn.readLine()
}
