package benchwork

import (
	"errors"
	"fmt"
	"runtime"
)

// Kept returns how much memory a server holds for each byte that it recorded from
// a client that sent total bytes in writes of the given size. Call it in a fresh
// process: blocks that an earlier server left for the next would not be counted.
func Kept(total, write int) (float64, error) {
	// The first server and client make what stays for all others.
	for range 3 {
		if err := live(NewKitEcho); err != nil {
			return 0, err
		}
	}
	before := heap()
	srv, err := newKitSink()
	if err != nil {
		return 0, err
	}
	defer srv.Close()
	if err := sinkInto(srv, total, write); err != nil {
		return 0, err
	}
	after := heap()
	runtime.KeepAlive(srv)
	if after < before {
		return 0, errors.New("the heap shrank")
	}
	return float64(after-before) / float64(total), nil
}

func sinkInto(srv Target, total, write int) error {
	if total%write != 0 {
		return fmt.Errorf("writes of %d bytes don't make %d", write, total)
	}
	c, err := Dial(srv.Addr())
	if err != nil {
		return err
	}
	defer c.Close()
	return sendAll(c, make([]byte, write), total)
}

// heap returns how many bytes are reachable.
func heap() uint64 {
	var m runtime.MemStats
	Settle()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// memoryFigures are what is kept of each recorded byte.
var memoryFigures = []Figure{
	kept("Kept16MiB", 16<<20, 64<<10, 1.05),
	kept("Kept64KiB", 64<<10, 64<<10, 1.2),
	kept("Kept64KiBSmall", 64<<10, 1<<10, 1.2),
}

func kept(name string, total, write int, bound float64) Figure {
	return Figure{
		Name: name, What: fmt.Sprintf("memory kept of %d KiB, %d KiB writes", total>>10, write>>10), Unit: "B/B", Times: 9, Fresh: true,
		Measure: func() (float64, error) { return Kept(total, write) }, Goal: AtMost(bound),
	}
}
