package thirdparty_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"

	"github.com/fakewire/fakewire/fakeserver"
)

// newMySQL returns a MySQL server that takes any password, by caching_sha2_password with a full cache, and answers pings and queries.
func newMySQL() fakeserver.Handler {
	var count counts
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		if _, err := c.Write(mysqlPackets(0, mysqlGreeting)); err != nil {
			return nil
		}
		r := bufio.NewReader(c)
		if _, _, err := mysqlRead(r); err != nil {
			return nil
		}
		const fastAuthSuccess = "\x01\x03"
		if _, err := c.Write(mysqlPackets(2, fastAuthSuccess, mysqlOK(0))); err != nil {
			return nil
		}
		for {
			sequence, command, err := mysqlRead(r)
			if err != nil || len(command) == 0 || command[0] == mysqlQuit {
				return nil
			}
			if _, err := c.Write(mysqlPackets(sequence+1, count.mysql(command)...)); err != nil {
				return nil
			}
		}
	})
}

// The commands that are known.
const (
	mysqlQuit  = 0x01
	mysqlQuery = 0x03
	mysqlPing  = 0x0e
)

// mysqlGreeting is the first packet: the protocol and the server's version, the connection's number, the first 8 of 20 random bytes, what the
// server can do, its character set, its state, how many random bytes there are, with a zero, the others, and how they are used. It doesn't ask for attributes of
// the connection, since one of them is the client's process, which no two runs share.
const mysqlGreeting = "\x0a8.4.0\x00\x07\x00\x00\x00abcdefgh\x00\x0d\xa2\xff\x02\x00\x2a\x01\x15" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00ijklmnopqrst\x00caching_sha2_password\x00"

// mysql answers a command with packets.
func (c *counts) mysql(command []byte) []string {
	query := string(command[1:])
	switch {
	case command[0] == mysqlPing:
		return []string{mysqlOK(0)}
	case command[0] != mysqlQuery:
		return []string{"\xff\x17\x04#08S01Unknown command"}
	}
	if n, ok := c.sqlInsert(query); ok {
		return []string{mysqlOK(n)}
	}
	// One column: its catalog, no schema and table, its name, and 12 bytes: character set 45 (utf8mb4), a length of 255, type 253 (VAR_STRING), no flags.
	all := []string{"\x01", "\x03def\x00\x00\x00\x04text\x00\x0c\x2d\x00\xff\x00\x00\x00\xfd\x00\x00\x00\x00\x00"}
	for _, row := range sqlRows(query) {
		all = append(all, string(rune(len(row)))+row)
	}
	return append(all, "\xfe\x00\x00\x02\x00\x00\x00")
}

// mysqlOK says how many rows, below 251, a statement changed. The server commits by itself, and has no warnings.
func mysqlOK(rows int) string { return string([]byte{0, byte(rows), 0, 2, 0, 0, 0}) }

// mysqlPackets returns packets, each with its length of three bytes and its number.
func mysqlPackets(sequence byte, bodies ...string) (all []byte) {
	for i, body := range bodies {
		head := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
		head[3] = sequence + byte(i)
		all = append(append(all, head...), body...)
	}
	return all
}

// mysqlRead reads a packet. A plan may have changed its length: then the connection ends.
func mysqlRead(r io.Reader) (sequence byte, body []byte, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	sequence, head[3] = head[3], 0
	n := binary.LittleEndian.Uint32(head[:])
	if n > 64<<10 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return sequence, body, err
}
