package thirdparty_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
)

// newRedis returns a Redis server that knows AUTH, SELECT, GET, SET and INCR, and of each other command
// says that it does not. What GET gives of a key is its name, whatever was set: so no answer hangs on another
// step. INCR counts.
func newRedis() fakeserver.Handler {
	var count counts
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		for r := bufio.NewReader(c); ; {
			words, err := redisCommand(r)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(c, count.redis(words)); err != nil {
				return err
			}
		}
	})
}

// redis answers a command.
func (c *counts) redis(words []string) string {
	switch name := strings.ToUpper(words[0]); {
	case name == "AUTH" || name == "SELECT":
		return "+OK\r\n"
	case name == "GET" && len(words) == 2:
		return fmt.Sprintf("$%d\r\n%s\r\n", len(words[1]), words[1])
	case name == "SET" && len(words) >= 3:
		return "+OK\r\n"
	case name == "INCR" && len(words) == 2:
		return fmt.Sprintf(":%d\r\n", c.add(words[1]))
	}
	return fmt.Sprintf("-ERR unknown command '%s'\r\n", words[0])
}

// redisCommand reads a command: a line with "*" and the number of its words, and for each of them one
// with "$" and its length, and the word.
func redisCommand(r *bufio.Reader) (words []string, err error) {
	n, err := redisNumber(r, '*')
	if err != nil {
		return nil, err
	}
	for range n {
		size, err := redisNumber(r, '$')
		if err != nil {
			return nil, err
		}
		word := make([]byte, size+2)
		if _, err := io.ReadFull(r, word); err != nil {
			return nil, err
		}
		words = append(words, string(word[:size]))
	}
	return words, nil
}

// redisNumber reads a line with a number of 1 to 1000. A plan may have changed its bytes, and that ends the connection.
func redisNumber(r *bufio.Reader, mark byte) (int, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return 0, io.EOF
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, string(mark))))
	if err != nil || line[0] != mark || n < 1 || n > 1000 {
		return 0, io.EOF
	}
	return n, nil
}
