package thirdparty_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"

	"github.com/fakewire/fakewire/fakeserver"
)

// newPostgres returns a Postgres server that wants a password and answers simple queries.
func newPostgres() fakeserver.Handler {
	var count counts
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		r := bufio.NewReader(c)
		first, err := postgresFrame(r)
		if err != nil || bytes.HasPrefix(first, postgresCancel) {
			return nil // a request to cancel a query is answered by the end of its connection
		}
		if _, err := c.Write(postgresMessage('R', []byte{0, 0, 0, 3})); err != nil {
			return nil
		}
		for {
			kind, body, err := postgresRead(r)
			if err != nil || kind == 'X' {
				return nil
			}
			answer := postgresReady()
			switch kind {
			case 'p':
				answer = append(postgresWelcome(), answer...)
			case 'Q':
				answer = append(count.postgres(string(bytes.TrimSuffix(body, []byte{0}))), answer...)
			}
			if _, err := c.Write(answer); err != nil {
				return nil
			}
		}
	})
}

// postgresCancel begins what a client sends in place of a startup message to cancel a query: 80877102.
var postgresCancel = []byte{0x04, 0xd2, 0x16, 0x2e}

func postgresReady() []byte { return postgresMessage('Z', []byte{'I'}) }

// postgresWelcome is what follows a password that is right.
func postgresWelcome() []byte {
	all := postgresMessage('R', []byte{0, 0, 0, 0})
	all = append(all, postgresMessage('S', []byte("server_version\x0017.0\x00"))...)
	return append(all, postgresMessage('K', []byte{0, 0, 0, 1, 0, 0, 0, 2})...)
}

// postgres answers a query, which is empty for a ping.
func (c *counts) postgres(query string) []byte {
	if n, ok := c.sqlInsert(query); ok {
		return postgresMessage('C', []byte(sqlTag("INSERT 0", n)+"\x00"))
	}
	rows := sqlRows(query)
	if len(rows) == 0 {
		return postgresMessage('I', nil)
	}
	// One column: its name, no table, type 25 (text), of any size, in text form.
	all := postgresMessage('T', []byte("\x00\x01text\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x19\xff\xff\xff\xff\xff\xff\x00\x00"))
	for _, row := range rows {
		body := binary.BigEndian.AppendUint32([]byte{0, 1}, uint32(len(row)))
		all = append(all, postgresMessage('D', append(body, row...))...)
	}
	return append(all, postgresMessage('C', []byte(sqlTag("SELECT", len(rows))+"\x00"))...)
}

// postgresMessage returns a message: its kind, its length with that of the length, and its body.
func postgresMessage(kind byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4)), body...)
}

func postgresRead(r io.Reader) (kind byte, body []byte, err error) {
	var head [1]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	body, err = postgresFrame(r)
	return head[0], body, err
}

// postgresFrame reads a length and what it is of. A plan may have changed it: then the connection ends.
func postgresFrame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n < 4 || n > 64<<10 {
		return nil, io.ErrUnexpectedEOF
	}
	body := make([]byte, n-4)
	_, err := io.ReadFull(r, body)
	return body, err
}
