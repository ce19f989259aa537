// Package client asks a line server.
package client

import (
	"bufio"
	"fmt"
	"net"
)

// Ask sends a line and returns the line that answers it.
func Ask(addr, line string) (string, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return "", err
	}
	defer c.Close()
	fmt.Fprintln(c, line)
	return bufio.NewReader(c).ReadString('\n')
}
