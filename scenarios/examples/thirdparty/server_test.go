package thirdparty_test

import (
	"bufio"
	"context"
	"fmt"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
)

// keys is a Redis server in which each key's value is its name, and that knows no other
// command than GET.
var keys = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for in := textproto.NewReader(bufio.NewReader(c)); ; {
		words, err := command(in)
		if err != nil {
			return err
		}
		answer := "-ERR\r\n"
		if len(words) == 2 && strings.EqualFold(words[0], "get") {
			answer = fmt.Sprintf("$%d\r\n%s\r\n", len(words[1]), words[1])
		}
		if _, err := c.Write([]byte(answer)); err != nil {
			return err
		}
	}
})

// command reads the words of a command: a line with "*" and their number, and for each
// of them one with its length and one with the word.
func command(in *textproto.Reader) (words []string, err error) {
	head, err := in.ReadLine()
	if err != nil {
		return nil, err
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(head, "*"))
	for i := range 2 * n {
		line, err := in.ReadLine()
		if err != nil {
			return nil, err
		}
		if i%2 == 1 {
			words = append(words, line)
		}
	}
	return words, nil
}
