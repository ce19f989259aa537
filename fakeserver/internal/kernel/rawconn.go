package kernel

import (
	"sync"
	"syscall"
)

// control runs f on c's descriptor and gives the first error: that of a closed c (net.ErrClosed), or f's.
func control(c syscall.Conn, f func(fd uintptr) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	return controlRaw(raw, f)
}

// controlRaw is control for a socket that package net is just making.
func controlRaw(raw syscall.RawConn, f func(fd uintptr) error) error {
	_, err := askRaw(raw, func(fd uintptr) (int, error) { return 0, f(fd) })
	return err
}

// ask is control for a question whose answer is a number.
func ask(c syscall.Conn, f func(fd uintptr) (int, error)) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	return askRaw(raw, f)
}

func askRaw(raw syscall.RawConn, f func(fd uintptr) (int, error)) (int, error) {
	q := questions.Get().(*question)
	q.ask = f
	err := raw.Control(q.bound)
	answer := q.answer
	if err == nil {
		err = q.err
	}
	q.ask, q.answer, q.err = nil, 0, nil
	questions.Put(q)
	return answer, err
}

// A question is asked of a descriptor. Most connections ask some, and so they are used again.
type question struct {
	ask    func(fd uintptr) (int, error)
	bound  func(fd uintptr) // put
	answer int
	err    error
}

var questions = sync.Pool{New: func() any {
	q := new(question)
	q.bound = q.put
	return q
}}

func (q *question) put(fd uintptr) { q.answer, q.err = q.ask(fd) }
