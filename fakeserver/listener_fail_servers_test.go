package fakeserver_test

import (
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Whoever has given up has a connection that nobody accepts, and the report counts what failed.
func TestFailAcceptAndAServerThatGivesUp(t *testing.T) {
	inBooth(t, []fault.Rule{emfile.Times(2)}, func(b booth) {
		c := b.dial("hello")
		serveEchoes(b.Listener) // which returns at an error
		wantNil(t, "Close", b.Close())
		wantAll(t, c, "", errReset)
		c.Close()
		if n := b.Transcript().Kind(transcript.Note).Len(); n != 1 || b.fired(0) != 1 {
			t.Errorf("want a note that nobody accepted the connection, and one failure\n%v%v", b.Transcript(), b.Report())
		}
	})
}

// One that tries again without a pause goes round as often as the rule says, and time stands still.
func TestFailAcceptAndAServerThatSpins(t *testing.T) {
	const times = 5000
	inBooth(t, []fault.Rule{emfile.Times(times)}, func(b booth) {
		began, spins := time.Now(), 0
		c := b.dial("hello")
		defer c.Close()
		served, err := b.Accept()
		for ; err != nil; served, err = b.Accept() {
			spins++
		}
		served.Close()
		if d := time.Since(began); spins != times || d > 0 {
			t.Errorf("it went round %d times in %v, want %d at once", spins, d, times)
		}
	})
}

// serveHello is an http.Server behind b.
func (b booth) serveHello() (served chan error, get func() (string, error)) {
	srv := &http.Server{ErrorLog: quietLog, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })}
	served = make(chan error, 1)
	go func() { served <- srv.Serve(b.Listener) }()
	client := &http.Client{Transport: &http.Transport{DialContext: b.DialContext, DisableKeepAlives: true}}
	return served, func() (string, error) {
		resp, err := client.Get("http://" + b.Address())
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return string(text), err
	}
}

// http.Serve waits for 5 ms, then for twice that and so on, up to a second.
func TestFailAcceptBelowHTTP(t *testing.T) {
	for times, want := range map[int]time.Duration{
		1:  5 * time.Millisecond,
		2:  15 * time.Millisecond,
		10: 1275*time.Millisecond + 2*time.Second,
	} {
		for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE} {
			inBooth(t, []fault.Rule{fault.OnAccept(fault.FailAccept{Errno: errno}).OnConn(1).Times(times)}, func(b booth) {
				served, get := b.serveHello()
				began := time.Now()
				text, err := get()
				if d := time.Since(began); text != "hello" || err != nil || d != want {
					t.Errorf("%d times %v: Get = %q, %v after %v, want hello after %v", times, errno, text, err, d, want)
				}
				if text, err := get(); text != "hello" || err != nil {
					t.Errorf("Get = %q, %v", text, err)
				}
				b.Close()
				<-served
			})
		}
	}
}

// What is not temporary ends http.Serve.
func TestFailAcceptEndsHTTP(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ENOBUFS, syscall.ENOMEM} {
		inBooth(t, []fault.Rule{fault.OnAccept(fault.FailAccept{Errno: errno})}, func(b booth) {
			served, get := b.serveHello()
			if text, err := get(); err == nil {
				t.Errorf("Get = %q, want an error", text)
			}
			wantError(t, "Serve", <-served, errno)
		})
	}
}
