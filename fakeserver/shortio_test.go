package fakeserver_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// compositionsSeed is the environment variable that repeats a run's compositions.
const compositionsSeed = "FAKEWIRE_COMPOSITIONS"

// underLoad keeps all processors busy until the test ends.
func underLoad(t *testing.T) {
	var over atomic.Bool
	var spinners sync.WaitGroup
	for range runtime.GOMAXPROCS(0) + 1 {
		spinners.Go(func() {
			for !over.Load() {
			}
		})
	}
	t.Cleanup(func() {
		over.Store(true)
		spinners.Wait()
	})
}

// drawCompositions draws ways to cut up to 4 KiB: from single bytes to a few large
// pieces, and most of them mixed.
func drawCompositions(t *testing.T, n int) [][]int64 {
	seed := rand.Uint64()
	if text, ok := os.LookupEnv(compositionsSeed); ok {
		var err error
		if seed, err = strconv.ParseUint(text, 0, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to repeat: %s=%#x go test -run '^%s$'", compositionsSeed, seed, t.Name())
		}
	})
	r := rand.New(rand.NewPCG(seed, 0))
	all := make([][]int64, n)
	for i := range all {
		// Tiny pieces are many: few of the compositions have only such.
		most := []int64{1, 8, 100, 600, 4096, 4096, 4096, 4096}[i%8]
		all[i] = drawComposition(r, 1+r.Int64N(4096), most, 16)
	}
	return all
}

// drawComposition cuts up to total bytes into at most n pieces, the last of which
// is the rest if it is no larger than most.
func drawComposition(r *rand.Rand, total, most int64, n int) []int64 {
	var sizes []int64
	for total > 0 && len(sizes) < n {
		size := min(total, 1+r.Int64N(most))
		sizes = append(sizes, size)
		total -= size
	}
	return sizes
}

// bytesOf returns as many bytes as a composition has, of which each tells its place.
func bytesOf(sizes []int64) []byte {
	p := make([]byte, total(sizes))
	for i := range p {
		p[i] = byte(i) ^ byte(i>>8)
	}
	return p
}

func total(sizes []int64) (n int64) {
	for _, size := range sizes {
		n += size
	}
	return n
}

// eachConn lets connection n+1 be cut as compositions[n] says.
func eachConn(compositions [][]int64, direct func(fault.Fault) fault.Rule) fault.Plan {
	var rules []fault.Rule
	for n, sizes := range compositions {
		rules = append(rules, direct(fault.Slice{Sizes: sizes}).OnConn(n+1).NeedNotFire()) // one piece has no boundary
	}
	return plan(rules...)
}

// wantSizes checks the sizes of all Reads until the end.
func wantSizes(t *testing.T, n int, got []int, want []int64) {
	t.Helper()
	if !slices.EqualFunc(got, want, func(a int, b int64) bool { return int64(a) == b }) {
		t.Errorf("conn %d: Reads of %v, want %v", n, got, want)
	}
}

// Every way to cut a reply is what the client's Reads see, on a machine that is
// busy: all connections go on at the same time, beside goroutines that only spin.
func TestSliceOfAnyCompositionIsWhatTheClientReads(t *testing.T) {
	compositions := drawCompositions(t, repeats(t, 24))
	loaded := make(chan struct{})
	srv := serverEnd(t, eachConn(compositions, fault.ToClient), func(c *fakeserver.Conn) error {
		<-loaded
		_, err := c.Write(bytesOf(compositions[c.Number()-1]))
		return err
	})
	var readers sync.WaitGroup
	for i, want := range compositions {
		c := dial(t, srv)
		readers.Go(func() { wantSizes(t, i+1, readSizes(t, c), want) })
	}
	underLoad(t)
	close(loaded)
	readers.Wait()
	for _, e := range srv.Transcript().Faults() {
		if e.Text != "boundary confirmed" {
			t.Errorf("%v", e)
		}
	}
}

// The handler's Reads see every way to cut a request, however it arrives.
func TestSliceOfAnyCompositionIsWhatTheHandlerReads(t *testing.T) {
	compositions := drawCompositions(t, 200)
	srv := serverEnd(t, eachConn(compositions, fault.FromClient), func(c *fakeserver.Conn) error {
		wantSizes(t, c.Number(), readSizes(t, c), compositions[c.Number()-1])
		return nil
	})
	var clients []*net.TCPConn
	for range compositions {
		clients = append(clients, dial(t, srv))
	}
	underLoad(t)
	for i, sizes := range compositions {
		send(t, clients[i], string(bytesOf(sizes)))
		clients[i].CloseWrite()
	}
	wait(t, srv, func(tr transcript.Transcript) bool { return tr.Kind(transcript.Close).Len() == len(compositions) })
}

// cutWrites writes the pieces one by one, and checks that each Write
// returns how much of it comes before the ending, and whether that has come.
func cutWrites(c *fakeserver.Conn, sizes []int64, ending int64) error {
	data, at := bytesOf(sizes), int64(0)
	for i, size := range sizes {
		n, err := c.Write(data[at : at+size])
		if want := min(size, max(0, ending-at)); int64(n) != want {
			return fmt.Errorf("Write %d of %d bytes at %d = %d, %w; want %d", i, size, at, n, err, want)
		}
		if over := at+size >= ending; over != errors.Is(err, fault.ErrInjected) || !over && err != nil {
			return fmt.Errorf("Write %d of %d bytes at %d gave %w; the ending is at %d", i, size, at, err, ending)
		}
		at += size
	}
	return nil
}

// Wherever a rule ends what the handler writes, each Write returns how much of it
// comes before that, and the client gets exactly the sum.
func TestEndingGivesShortWritesTheirTrueLength(t *testing.T) {
	const length = 10
	r := rand.New(rand.NewPCG(1, 2))
	for _, tt := range []struct {
		fault fault.Fault
		end   error
		why   string
	}{
		{fault.Reset{}, errReset, "everything before is delivered, then an RST"},
		{fault.Close{}, io.EOF, "everything before is delivered, then a FIN"},
		{fault.HalfClose{}, io.EOF, "everything before is delivered, then a FIN one way"},
	} {
		for ending := int64(0); ending <= length; ending++ {
			for range 3 {
				sizes := drawComposition(r, length, 1+r.Int64N(length), length)
				t.Run(fmt.Sprintf("%s at %d of %v", tt.fault.Kind(), ending, sizes), func(t *testing.T) {
					wantShortWrites(t, tt.fault, tt.end, sizes, ending, tt.why)
				})
			}
		}
	}
}

// wantShortWrites has a handler write the pieces, and checks what both sides get.
func wantShortWrites(t *testing.T, f fault.Fault, end error, sizes []int64, ending int64, why string) {
	wrote := make(chan error, 1)
	srv := serverEnd(t, plan(fault.ToClient(f).AfterBytes(ending)), func(c *fakeserver.Conn) error {
		wrote <- cutWrites(c, sizes, ending)
		return nil
	})
	var got []byte
	c, err := dialAny(srv)
	if err == nil { // else the reset came while it was connecting
		defer c.Close()
		got, err = io.ReadAll(c)
	}
	if err == nil {
		err = io.EOF
	}
	if want := bytesOf(sizes)[:ending]; !bytes.Equal(got, want) || !errors.Is(err, end) {
		t.Errorf("the client read %x, %v; want %x, %v: %s", got, err, want, end, why)
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}
