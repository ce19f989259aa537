package scenarios

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// In the kernel's tables are also the server's ends, which have its port as their own, and
// the clients of others.
func TestKernelSocketsAreThoseOfTheServersClients(t *testing.T) {
	for _, network := range []string{"tcp4", "tcp6"} {
		t.Run(network, func(t *testing.T) {
			srv, err := fakeserver.Listen(fakeserver.Config{Network: network})
			if err != nil {
				t.Skipf("no %s here: %v", network, err)
			}
			defer srv.Close()
			port := srv.AddrPort().Port()
			wantSockets(t, "before there is a client", port)

			first, second := dialTCP(t, srv.Addr()), dialTCP(t, srv.Addr())
			other := fakeserver.Start(t, fakeserver.Config{})
			dialTCP(t, other.Addr())
			wantSockets(t, "with clients, and another server's", port, first, second)
		})
	}
}

// wantSockets wants the sockets to be those of the clients: connected, and with nothing
// that waits. While others come and go, the kernel may leave one out of a table.
func wantSockets(t *testing.T, when string, server uint16, clients ...*net.TCPConn) {
	t.Helper()
	want := map[socket]bool{}
	for _, c := range clients {
		want[socket{port: c.LocalAddr().(*net.TCPAddr).AddrPort().Port(), state: established}] = true
	}
	awaitTable(t, server, func(all []socket) bool {
		found := map[socket]bool{}
		for _, s := range all {
			if found[s] = true; !want[s] {
				t.Fatalf("%s: %+v is not a client's", when, s)
			}
		}
		return len(found) == len(want)
	})
}

// sources are the ways to ask the kernel. The second one is for where the first is refused.
var sources = []struct {
	name string
	ask  func(server uint16) ([]socket, bool)
}{
	{"sock_diag", func(server uint16) ([]socket, bool) { all, err := diagSockets(server); return all, err == nil }},
	{"/proc/net", procSockets},
}

// awaitTable waits until cond holds for the sockets of a server's clients, as each source
// knows them.
func awaitTable(t *testing.T, server uint16, cond func([]socket) bool) {
	t.Helper()
	for _, source := range sources {
		for began := time.Now(); ; time.Sleep(time.Millisecond) {
			all, ok := source.ask(server)
			if !ok || time.Since(began) > 10*time.Second {
				t.Fatalf("%s: %+v, %v", source.name, all, ok)
			}
			if cond(owned(all)) {
				break
			}
		}
	}
}

// There is room until Writes have to wait.
func TestHasRoomUntilASocketIsFull(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{ReceiveBuffer: smallBuffer, Handler: fakeserver.HandlerFunc(func(ctx context.Context, _ *fakeserver.Conn) error {
		<-ctx.Done()
		return nil
	})})
	c := dialTCP(t, srv.Addr())
	client, server := c.LocalAddr().(*net.TCPAddr).AddrPort().Port(), srv.AddrPort().Port()
	if _, err := c.Write(make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	if !hasRoom(client, server) {
		t.Error("a socket with 64 KiB has no room")
	}
	go c.Write(make([]byte, LargeRequest))
	for began := time.Now(); hasRoom(client, server); time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("a socket that is full has room")
		}
	}
	if hasRoom(client, server+1) || hasRoom(server, client+1) {
		t.Error("a socket that there is not has room")
	}
}

// What is left of a connection that is over belongs to no process.
func TestOwnedSocketsAreNoOrphans(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	c := dialTCP(t, srv.Addr())
	wantSockets(t, "connected", srv.AddrPort().Port(), c)
	c.Close() // the client's end comes first, and waits for a minute
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	if end := fmt.Sprintf(":%04X 06 ", srv.AddrPort().Port()); !strings.Contains(string(table), end) {
		t.Errorf("no %q in the kernel's table:\n%s", end, table)
	}
	wantSockets(t, "closed", srv.AddrPort().Port())
}

func TestKernelSocketsTellWhatIsUnread(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Reply{Data: "hello"}})
	c := dialTCP(t, srv.Addr())
	if _, err := io.WriteString(c, "x"); err != nil {
		t.Fatal(err)
	}
	awaitTable(t, srv.AddrPort().Port(), func(all []socket) bool {
		return len(all) == 1 && all[0].unread >= 5 // the kernel counts a FIN, too
	})
}

func TestKernelSocketsTellWhatIsUnsent(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{ReceiveBuffer: smallBuffer, Handler: fakeserver.HandlerFunc(func(ctx context.Context, _ *fakeserver.Conn) error {
		<-ctx.Done()
		return nil
	})})
	c := dialTCP(t, srv.Addr())
	go c.Write(make([]byte, LargeRequest))
	awaitTable(t, srv.AddrPort().Port(), func(all []socket) bool { return len(all) == 1 && all[0].unsent >= 1<<20 })
}

func TestParseDiagWantsAWholeAnswer(t *testing.T) {
	whole := make([]byte, 72)
	whole[1] = established
	if s, err := parseDiag(whole); s != (socket{state: established, orphan: true}) || err != nil {
		t.Errorf("parseDiag = %+v, %v, want an orphan", s, err)
	}
	if _, err := parseDiag(whole[:71]); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("parseDiag of half an answer: %v", err)
	}
}

func dialTCP(t *testing.T, addr string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}
