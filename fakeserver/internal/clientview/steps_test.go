package clientview_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A viewer is a client that carries out a row of the table.
type viewer struct {
	t       *testing.T
	network string
	srv     faker
	streams *fakeserver.Server       // nil for datagrams, and in front of a real server
	packets *fakeserver.PacketServer // nil for streams
	conns   []net.Conn               // the latest is the one in use
	began   time.Time
}

func (w *viewer) conn() net.Conn { return w.conns[len(w.conns)-1] }

// A step is one operation, and what it gives.
type step struct {
	name string
	do   func(*viewer) outcome
	want outcome
}

// dials connects.
func dials(want class) step {
	return gives("Dial", "dial", 0, "", want, func(w *viewer) (int, string, error) { return 0, "", w.dial(patience) })
}

// dialsInVain connects, and gives up soon.
func dialsInVain() step {
	return gives("Dial", "dial", 0, "", timedOut, func(w *viewer) (int, string, error) {
		return 0, "", w.dial(20 * time.Millisecond)
	})
}

func (w *viewer) dial(d time.Duration) error {
	c, err := net.DialTimeout(w.network, w.srv.Address(), d)
	if err != nil {
		return err
	}
	w.t.Cleanup(func() { c.Close() })
	w.conns = append(w.conns, c)
	return c.SetDeadline(time.Now().Add(patience))
}

// dialsIntoReset connects to what resets at once: whether Dial or Read hears of it
// is a race with the kernel.
func dialsIntoReset() step {
	return step{"Dial, or else Read", func(w *viewer) outcome {
		err := w.dial(patience)
		if err == nil {
			_, err = w.conn().Read(make([]byte, 1))
		}
		got := gave(0, "", err)
		if got.op == "dial" {
			got.op = "read"
		}
		return got
	}, outcome{err: wasReset, op: "read"}}
}

// writes writes text: all of it, or with an error nothing.
func writes(text string, want class) step {
	n := len(text)
	if want != ok {
		n = 0
	}
	return gives(fmt.Sprintf("Write(%s)", brief([]byte(text))), "write", n, "", want, func(w *viewer) (int, string, error) {
		n, err := w.conn().Write([]byte(text))
		return n, "", err
	})
}

// reads reads once, into a buffer of size bytes.
func reads(size int, data string, want class) step {
	return gives(fmt.Sprintf("Read(%d)", size), "read", len(data), data, want, func(w *viewer) (int, string, error) {
		p := make([]byte, size)
		n, err := w.conn().Read(p)
		return n, string(p[:n]), err
	})
}

// readsNothing reads until a deadline, before which nothing comes.
func readsNothing() step {
	return gives("Read by a deadline", "read", 0, "", timedOut, func(w *viewer) (int, string, error) {
		w.conn().SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		defer w.conn().SetReadDeadline(time.Now().Add(patience))
		p := make([]byte, 100)
		n, err := w.conn().Read(p)
		return n, string(p[:n]), err
	})
}

// readsFull reads until a buffer of size bytes is full, however many Reads that takes.
func readsFull(size int, data string, want class) step {
	return gives(fmt.Sprintf("ReadFull(%d)", size), "read", len(data), data, want, func(w *viewer) (int, string, error) {
		p := make([]byte, size)
		n, err := io.ReadFull(w.conn(), p)
		return n, string(p[:n]), err
	})
}

// readsAll reads to the end, whichever it is.
func readsAll(data string, end class) step {
	return gives("ReadAll", "read", len(data), data, end, func(w *viewer) (int, string, error) {
		p, err := io.ReadAll(w.conn())
		if err == nil {
			err = io.EOF
		}
		return len(p), string(p), err
	})
}

// readsFlagged reads a datagram that does not fit, and the flag that says so.
func readsFlagged(size int, data string) step {
	return gives(fmt.Sprintf("ReadMsgUDPAddrPort(%d)", size), "read", len(data), data+" MSG_TRUNC", ok, func(w *viewer) (int, string, error) {
		p, flag := make([]byte, size), ""
		n, _, flags, _, err := w.conn().(*net.UDPConn).ReadMsgUDPAddrPort(p, nil)
		if flags&msgTrunc != 0 {
			flag = " MSG_TRUNC"
		}
		return n, string(p[:n]) + flag, err
	})
}

// writesUntilStuck writes more than the buffers of both kernels hold: some of it, how
// much is theirs to say.
func writesUntilStuck() step {
	return gives("Write(16 MiB) by a deadline", "write", 0, "some", timedOut, func(w *viewer) (int, string, error) {
		w.conn().SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		n, err := w.conn().Write(make([]byte, 16<<20))
		if n > 0 && n < 16<<20 {
			return 0, "some", err
		}
		return n, "", err
	})
}

// closesWrite ends the client's direction.
func closesWrite() step {
	return gives("CloseWrite", "close", 0, "", ok, func(w *viewer) (int, string, error) {
		return 0, "", w.conn().(*net.TCPConn).CloseWrite()
	})
}

// tells is what the test does meanwhile: it must succeed.
func tells(name string, do func(*viewer) error) step {
	return gives(name, "", 0, "", ok, func(w *viewer) (int, string, error) { return 0, "", do(w) })
}

func down() step { return tells("Down", func(w *viewer) error { return w.srv.Down() }) }
func up() step   { return tells("Up", func(w *viewer) error { return w.srv.Up() }) }

// looksBack goes back to the connection before the latest.
func looksBack() step {
	return tells("the connection before", func(w *viewer) error {
		n := len(w.conns)
		w.conns[n-1], w.conns[n-2] = w.conns[n-2], w.conns[n-1]
		return nil
	})
}

// goesDown and comesUp wait until the record says so.
func goesDown() step { return turns("down", transcript.Refused, "refusing ") }
func comesUp() step  { return turns("up", transcript.Note, "up: ") }

func turns(how string, k transcript.Kind, text string) step {
	return tells("wait until it is "+how, func(w *viewer) error {
		wait(w.t, w.srv, func(tr transcript.Transcript) bool {
			for e := range tr.Kind(k).All() {
				if strings.Contains(e.Text, text) {
					return true
				}
			}
			return false
		})
		return nil
	})
}

func closesAll() step {
	return tells("Close of the server", func(w *viewer) error { return w.srv.Stop() })
}

func releases(gate string) step {
	return tells("Release", func(w *viewer) error { return w.srv.Release(gate) })
}

// heals takes all rules away.
func heals() step {
	return tells("SetFaults", func(w *viewer) error { return w.srv.SetFaults(fault.Plan{}) })
}

// awaits waits until something has come to the client's kernel, and takes nothing.
func awaits(s sign) step {
	return tells("wait for "+string(s), func(w *viewer) error { return awaitSign(w.conn().(syscall.Conn), s) })
}

// A sign is what a kernel says of a socket without being read from.
type sign string

// The signs.
const (
	finCame sign = "a FIN"
	isOver  sign = "an RST"
	icmped  sign = "an ICMP error"
)

// atLeast checks that the row has taken so long, since before its first dial.
func atLeast(d time.Duration) step {
	return tells("take a while", func(w *viewer) error {
		if took := time.Since(w.began); took < d {
			return fmt.Errorf("took %v, want %v or more", took, d)
		}
		return nil
	})
}

// records waits until the record has these bytes from clients, as that kind of event.
func records(k transcript.Kind, data string) step {
	return tells(fmt.Sprintf("wait for %q as %v in the record", data, k), func(w *viewer) error {
		wait(w.t, w.srv, func(tr transcript.Transcript) bool {
			part := tr.Kind(k)
			return string(part.FromClient())+string(part.Discarded()) == data
		})
		return nil
	})
}

// counts checks how many bytes the record says went that way.
func counts(k transcript.Kind, want int64) step {
	return tells(fmt.Sprintf("count %v in the record", k), func(w *viewer) error {
		var sum int64
		for e := range w.srv.Transcript().Kind(k).All() {
			sum += e.Count
		}
		if sum != want {
			return fmt.Errorf("%d bytes are %v, want %d", sum, k, want)
		}
		return nil
	})
}

// closes closes the connection in use, and checks what the record says of how its
// directions ended.
func closes(from, to transcript.Ending) step {
	return tells("Close", func(w *viewer) error {
		w.conn().Close()
		n := len(w.conns)
		wait(w.t, w.srv, ended(n))
		wantEnding(w.t, w.srv.Transcript(), n, from, to)
		return nil
	})
}
