package match_test

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	. "github.com/fakewire/fakewire/nettest/match"
)

func TestBufferHasWhatTheClientSends(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	early := Buffer(srv, 2) // its connection is still to come
	one, two := dial(t, "tcp", srv), dial(t, "tcp", srv)
	send(t, one, "one")
	send(t, two, "PING\r\n")
	eventually(t, early, gbytes.Say("PING\r\n"))
	wantOpen(t, early, gbytes.Say("QUIT"))
	send(t, two, "QUIT\r\n") // comes later
	eventually(t, early, gbytes.Say("QUIT"))

	again := Buffer(srv, 2) // from the start
	eventually(t, again, gbytes.Say("PING"))
	eventually(t, Buffer(srv, 1), gbytes.Say("one"))

	two.Close()
	eventuallyClosed(t, early)
	eventuallyClosed(t, again)
	if got := string(again.Contents()); got != "PING\r\nQUIT\r\n" {
		t.Errorf("the buffer has %q", got)
	}
	wantEarly(t, early, gbytes.Say("more"))
}

func TestBufferHasTheDatagramsOfAPeer(t *testing.T) {
	srv := fakeserver.StartPacket(t, fakeserver.PacketConfig{})
	buf := Buffer(srv, 1)
	c := dial(t, "udp", srv)
	send(t, c, "PI")
	send(t, c, "NG")
	eventually(t, buf, gbytes.Say("PING"))
	if buf.Closed() {
		t.Error("the buffer is closed before the server")
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	eventuallyClosed(t, buf)
}

// What Close itself adds to the record is in the buffer, too.
func TestBufferHasAllWhenTheServerHasClosed(t *testing.T) {
	for range 50 {
		srv := fakeserver.Start(t, fakeserver.Config{})
		buf, never := Buffer(srv, 1), Buffer(srv, 2)
		send(t, dial(t, "tcp", srv), "last words")
		if err := srv.Close(); err != nil {
			t.Fatal(err)
		}
		eventuallyClosed(t, buf)
		eventuallyClosed(t, never)
		if got := string(buf.Contents()); got != "last words" {
			t.Fatalf("the buffer has %q\n%v", got, srv.Transcript())
		}
	}
}

func TestBufferLeavesNoGoroutine(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{})
	eventuallyNoFiller(t)
	byFIN, byHand, byClose := Buffer(srv, 1), Buffer(srv, 2), Buffer(srv, 3)
	one, two := dial(t, "tcp", srv), dial(t, "tcp", srv)
	one.Close()
	eventuallyClosed(t, byFIN)
	byHand.Close()
	send(t, two, "for which there is no room") // the event at which the goroutine notices
	eventually(t, srv, HaveReceived("room"))
	gomega.NewWithT(t).Eventually(fillers).WithTimeout(patience).Should(gomega.Equal(1))
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	eventuallyNoFiller(t)
	eventuallyClosed(t, byClose)
}

func eventuallyClosed(t *testing.T, b *gbytes.Buffer) {
	t.Helper()
	gomega.NewWithT(t).Eventually(b.Closed).WithTimeout(patience).Should(gomega.BeTrue())
}

// fillers counts the goroutines that fill buffers.
func fillers() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "(*filler).run(")
}

func eventuallyNoFiller(t *testing.T) {
	t.Helper()
	gomega.NewWithT(t).Eventually(fillers).WithTimeout(patience).Should(gomega.BeZero())
}

func TestBufferSkipsWhatTheRecordLeftOut(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{RecordLimit: 4})
	c := dial(t, "tcp", srv)
	send(t, c, "PING\r\n")
	c.Close()
	buf := Buffer(srv, 1)
	eventuallyClosed(t, buf)
	if got := string(buf.Contents()); got != "PING" {
		t.Errorf("the buffer has %q", got)
	}
}

func TestBufferRefusesNonsense(t *testing.T) {
	for why, tt := range map[string]struct {
		srv Waiter
		n   int
	}{
		"the server is nil":                      {nil, 1},
		"the server is a nil *fakeserver.Server": {(*fakeserver.Server)(nil), 1},
		"numbered from 1":                        {fakeserver.Start(t, fakeserver.Config{}), 0},
	} {
		t.Run(why, func(t *testing.T) {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, why) {
					t.Errorf("the panic does not say %q: %q", why, text)
				}
			}()
			Buffer(tt.srv, tt.n)
		})
	}
}

// In a bubble, a buffer that waits lets time pass.
func TestBufferWaitsInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done := make(chan struct{})
		buf := Buffer(waiter(func(cond func(transcript.Transcript) bool) {
			time.Sleep(time.Hour)
			cond(newScript("tcp", 0).accept(1).receives(1, "PING").fromClient(1, transcript.FIN).Transcript())
			close(done)
		}), 1)
		began := time.Now()
		<-done
		synctest.Wait()
		if got := string(buf.Contents()); got != "PING" || !buf.Closed() || time.Since(began) != time.Hour {
			t.Errorf("the buffer has %q, closed: %t", got, buf.Closed())
		}
	})
}
