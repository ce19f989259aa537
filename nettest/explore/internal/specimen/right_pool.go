package specimen

import (
	"context"
	"sync"
)

// goodPool puts a connection back when its call went well, and only then. A connection that was idle may
// have ended meanwhile: if it fails before a byte of the answer has come, the call is made again, on a
// new one. Its questions may be asked twice.
type goodPool struct {
	dial Dialer

	mu     sync.Mutex // guards what follows
	idle   []*pooled
	closed bool
}

func newGoodPool(dial Dialer) client { return &goodPool{dial: dial} }

func (p *goodPool) Ask(ctx context.Context, question string) (string, error) {
	if conn := p.take(); conn != nil {
		answer, err := conn.ask(ctx, question)
		if err == nil {
			p.put(conn)
			return answer, nil
		}
		conn.Close()
		if isTimeout(err) || ctx.Err() != nil {
			return "", err
		}
	}
	conn, err := dialPooled(ctx, p.dial)
	if err != nil {
		return "", err
	}
	answer, err := conn.ask(ctx, question)
	if err != nil {
		conn.Close()
		return "", err
	}
	p.put(conn)
	return answer, nil
}

func (p *goodPool) take() *pooled {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	conn := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return conn
}

func (p *goodPool) put(conn *pooled) {
	p.mu.Lock()
	defer p.mu.Unlock()
	const most = 2
	if p.closed || len(p.idle) == most {
		conn.Close()
		return
	}
	p.idle = append(p.idle, conn)
}

func (p *goodPool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, conn := range p.idle {
		conn.Close()
	}
	p.idle = nil
	return nil
}
