package growth

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// The clients of many connections are a process of their own: what they need is not the server's, and a process may have only so
// many descriptors.

// dialers is how many of the clients connect at once.
const dialers = 8

// ClientsArg is what, with an address after it, the program is called with, after -child, to run RunClients.
const ClientsArg = "clients:"

// RunClients connects to addr as often as each line of in says, in total, and answers how many nanoseconds that took. Each
// connection has exchanged a byte by then. At the end of in it closes them all.
func RunClients(in io.Reader, out io.Writer, addr string) error {
	var all idle
	defer all.close()
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var n int
		if _, err := fmt.Sscan(lines.Text(), &n); err != nil {
			return err
		}
		began := time.Now()
		if err := all.dial(addr, n); err != nil {
			return err
		}
		fmt.Fprintln(out, time.Since(began).Nanoseconds())
	}
	return nil
}

// idle are connections on which nothing happens.
type idle struct {
	mu    sync.Mutex // guards conns
	conns []net.Conn
}

func (all *idle) dial(addr string, n int) error {
	var wg sync.WaitGroup
	errs := make([]error, dialers)
	for i := range dialers {
		share := n / dialers
		if i < n%dialers {
			share++
		}
		wg.Go(func() {
			for ; share > 0 && errs[i] == nil; share-- {
				errs[i] = all.dialOne(addr)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (all *idle) dialOne(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	all.mu.Lock()
	all.conns = append(all.conns, c)
	all.mu.Unlock()
	c.SetDeadline(time.Now().Add(time.Minute))
	p := []byte{'x'}
	if _, err := c.Write(p); err != nil {
		return err
	}
	_, err = io.ReadFull(c, p)
	return err
}

func (all *idle) close() {
	for _, c := range all.conns {
		c.Close()
	}
}

// clients are those of another process.
type clients struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Reader
}

func startClients(addr string) (*clients, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "-child", ClientsArg+addr)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &clients{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

// connect makes n connections, and returns how long that took.
func (c *clients) connect(n int) (time.Duration, error) {
	if _, err := fmt.Fprintln(c.in, n); err != nil {
		return 0, err
	}
	line, err := c.lines.ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("%d clients: %w", n, err)
	}
	var ns int64
	_, err = fmt.Sscan(strings.TrimSpace(line), &ns)
	return time.Duration(ns), err
}

// end closes the connections.
func (c *clients) end() error { return errors.Join(c.in.Close(), c.cmd.Wait()) }
