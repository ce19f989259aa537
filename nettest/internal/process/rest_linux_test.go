package process

import (
	"net"
	"sync/atomic"
	"testing"
	"time"
)

func newRest(t *testing.T) *Rest {
	t.Helper()
	r, err := NewRest()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// Once the process is at rest, what was sent before has been read by the goroutine that waited for it; but for when the machine takes the
// processor from the thread that is just about to tell it, which is what a busy machine does now and then.
func TestRestComesAfterWhatHasArrived(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var got atomic.Int64
	over := make(chan struct{})
	go func() {
		defer close(over)
		for b := make([]byte, 1); ; got.Add(1) {
			if _, err := client.Read(b); err != nil {
				return
			}
		}
	}()
	r := newRest(t)
	rests, read := 0, 0
	for sent := range int64(200) {
		if _, err := server.Write([]byte{1}); err != nil {
			t.Fatal(err)
		}
		if r.rests(time.Now().Add(100 * time.Millisecond)) {
			if rests++; got.Load() == sent+1 {
				read++
			}
		}
	}
	if read < rests/2 || rests == 0 {
		t.Errorf("of %d times that the process was at rest, in %d what had arrived was read", rests, read)
	}
	t.Logf("at rest %d times, %d of them after what had arrived", rests, read)
	client.Close()
	<-over
}

// A process that does not come to rest is waited for as long as it may take, and no longer looked at after a moment.
func TestRestOfABusyProcessTakesAsLongAsItMay(t *testing.T) {
	end, over := make(chan struct{}), make(chan struct{})
	var turns atomic.Int64
	go func() {
		defer close(over)
		for {
			select {
			case <-end:
				return
			default:
				turns.Add(1)
			}
		}
	}()
	r := newRest(t)
	for turns.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	const most = 20 * time.Millisecond
	began := time.Now()
	r.Await(most)
	if took := time.Since(began); took < most {
		t.Errorf("a busy process was at rest after %v", took)
	}
	close(end)
	<-over
}

func TestRestThatIsClosedTakesAsLongAsItMay(t *testing.T) {
	r := newRest(t)
	r.Close()
	const most = 5 * time.Millisecond
	began := time.Now()
	if r.Await(most); time.Since(began) < most {
		t.Error("at rest")
	}
}
