package fakeserver_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// lateness is what faults add here to an exchange that otherwise takes much less.
const lateness = 200 * time.Millisecond

// slow makes the last of four bytes late.
var slow = fault.Bandwidth{BytesPerSecond: 15, Burst: 1}

// A wireCase is what comes of a client that sends "PING" and a FIN, and of a handler
// that reads to the end, answers "PONG" and closes.
type wireCase struct {
	rule    fault.Rule
	handler string // what the handler read, and how that ended; empty: it was never called
	client  string // what the client read, and how that ended

	lateHandler bool // the handler's reading ends late
	lateClient  bool // the client's does
	noFIN       bool // the client sends none, and the handler reads four bytes: else an RST could be hidden
	cut         bool // read by read, with | between
	held        bool // until the gate is released
	refused     bool // the server refuses connections from then on
	unanswered  bool // it gives dials no answer
	failed      int  // so many Accepts fail first, of a real server behind a Listener
}

// Without its fault each of these ends as soon, and otherwise.
var eachFaultOnTheWire = map[string]wireCase{
	"FromClient Bandwidth":   {rule: fault.FromClient(slow), handler: "PING EOF", client: "PONG EOF", lateHandler: true},
	"ToClient Bandwidth":     {rule: fault.ToClient(slow), handler: "PING EOF", client: "PONG EOF", lateClient: true},
	"FromClient Blackhole":   {rule: fault.FromClient(fault.Blackhole{}).AfterBytes(2), handler: "PI EOF", client: "PONG EOF"},
	"ToClient Blackhole":     {rule: fault.ToClient(fault.Blackhole{}).AfterBytes(2), handler: "PING EOF", client: "PO EOF"},
	"FromClient Close":       {rule: fault.FromClient(fault.Close{}).AfterBytes(2), handler: "PI injected", client: " EOF"},
	"ToClient Close":         {rule: fault.ToClient(fault.Close{}).AfterBytes(2), handler: "PING EOF", client: "PO EOF"},
	"OnAccept Close":         {rule: fault.OnAccept(fault.Close{}), client: " EOF"},
	"FromClient Corrupt":     {rule: fault.FromClient(fault.Corrupt{Bits: []int64{0}}), handler: "QING EOF", client: "PONG EOF"},
	"ToClient Corrupt":       {rule: fault.ToClient(fault.Corrupt{Bits: []int64{0}}), handler: "PING EOF", client: "QONG EOF"},
	"FromClient Down":        {rule: fault.FromClient(fault.Down{For: fault.Forever}).AfterBytes(2), handler: "PING EOF", client: "PONG EOF", refused: true},
	"ToClient Down":          {rule: fault.ToClient(fault.Down{For: fault.Forever}).AfterBytes(2), handler: "PING EOF", client: "PONG EOF", refused: true},
	"AtStart Down":           {rule: fault.AtStart(fault.Down{For: fault.Forever}), client: " refused", refused: true},
	"OnAccept Down":          {rule: fault.OnAccept(fault.Down{For: fault.Forever}), handler: "PING EOF", client: "PONG EOF", refused: true},
	"FromClient Exit":        {rule: fault.FromClient(fault.Exit{}).AfterBytes(2), handler: "PI injected", client: " EOF"},
	"ToClient Exit":          {rule: fault.ToClient(fault.Exit{}).AfterBytes(2), handler: "PING EOF", client: "PO EOF"},
	"OnAccept FailAccept":    {rule: fault.OnAccept(fault.FailAccept{Errno: syscall.ENFILE}).Times(2), handler: "PING EOF", client: "PONG EOF", failed: 2},
	"FromClient HalfClose":   {rule: fault.FromClient(fault.HalfClose{}).AfterBytes(2), handler: "PI EOF", client: "PONG EOF"},
	"ToClient HalfClose":     {rule: fault.ToClient(fault.HalfClose{}).AfterBytes(2), handler: "PING EOF", client: "PO EOF"},
	"FromClient Hold":        {rule: fault.FromClient(fault.Hold{Gate: "gate"}).AfterBytes(2), handler: "PING EOF", client: "PONG EOF", held: true},
	"ToClient Hold":          {rule: fault.ToClient(fault.Hold{Gate: "gate"}).AfterBytes(2), handler: "PING EOF", client: "PONG EOF", held: true},
	"FromClient IgnoreDials": {rule: fault.FromClient(fault.IgnoreDials{For: fault.Forever}).AfterBytes(2), handler: "PING EOF", client: "PONG EOF", unanswered: true},
	"ToClient IgnoreDials":   {rule: fault.ToClient(fault.IgnoreDials{For: fault.Forever}).AfterBytes(2), handler: "PING EOF", client: "PONG EOF", unanswered: true},
	"AtStart IgnoreDials":    {rule: fault.AtStart(fault.IgnoreDials{For: fault.Forever}), client: " timeout", unanswered: true},
	"OnAccept IgnoreDials":   {rule: fault.OnAccept(fault.IgnoreDials{For: fault.Forever}), handler: "PING EOF", client: "PONG EOF", unanswered: true},
	"FromClient Latency":     {rule: fault.FromClient(fault.Latency{Delay: lateness}), handler: "PING EOF", client: "PONG EOF", lateHandler: true},
	"ToClient Latency":       {rule: fault.ToClient(fault.Latency{Delay: lateness}), handler: "PING EOF", client: "PONG EOF", lateClient: true},
	"FromClient Overwrite":   {rule: fault.FromClient(fault.Overwrite{At: 1, Bytes: []byte("AR")}), handler: "PARG EOF", client: "PONG EOF"},
	"ToClient Overwrite":     {rule: fault.ToClient(fault.Overwrite{At: 1, Bytes: []byte("AR")}), handler: "PING EOF", client: "PARG EOF"},
	"FromClient Replace":     {rule: fault.FromClient(fault.Replace{Old: "IN", New: "o"}), handler: "PoG EOF", client: "PONG EOF"},
	"ToClient Replace":       {rule: fault.ToClient(fault.Replace{Old: "ON", New: "i"}), handler: "PING EOF", client: "PiG EOF"},
	"FromClient Reset":       {rule: fault.FromClient(fault.Reset{}).AfterBytes(2), handler: "PI injected", client: " reset", noFIN: true},
	"ToClient Reset":         {rule: fault.ToClient(fault.Reset{}).AfterBytes(2), handler: "PING EOF", client: "PO reset", noFIN: true},
	"OnAccept Reset":         {rule: fault.OnAccept(fault.Reset{}), client: " reset", noFIN: true},
	"FromClient Restart":     {rule: fault.FromClient(fault.Restart{For: fault.Forever}).AfterBytes(2), handler: "PI injected", client: " EOF", refused: true},
	"ToClient Restart":       {rule: fault.ToClient(fault.Restart{For: fault.Forever}).AfterBytes(2), handler: "PING EOF", client: "PO EOF", refused: true},
	"FromClient Slice":       {rule: fault.FromClient(fault.Slice{Sizes: []int64{1, 2}}), handler: "P|IN|G EOF", client: "PONG EOF", cut: true},
	"ToClient Slice":         {rule: fault.ToClient(fault.Slice{Sizes: []int64{1, 2}}), handler: "PING EOF", client: "P|ON|G EOF", cut: true},
	"FromClient SlowClose":   {rule: fault.FromClient(fault.SlowClose{Delay: lateness}), handler: "PING EOF", client: "PONG EOF", lateHandler: true},
	"ToClient SlowClose":     {rule: fault.ToClient(fault.SlowClose{Delay: lateness}), handler: "PING EOF", client: "PONG EOF", lateClient: true},
	"FromClient Stall":       {rule: fault.FromClient(fault.Stall{For: lateness}).AfterBytes(2), handler: "PING EOF", client: "PONG EOF", lateHandler: true},
	"ToClient Stall":         {rule: fault.ToClient(fault.Stall{For: lateness}).AfterBytes(2), handler: "PING EOF", client: "PONG EOF", lateClient: true},
	"OnAccept Stall":         {rule: fault.OnAccept(fault.Stall{For: lateness}), handler: "PING EOF", client: "PONG EOF", lateHandler: true},
}

func TestEachFaultOnTheWire(t *testing.T) {
	for name, w := range eachFaultOnTheWire {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.run(t)
		})
	}
}

func (w wireCase) run(t *testing.T) {
	read := make(chan reading, 1)
	srv := w.start(t, func(c *fakeserver.Conn) error {
		var from io.Reader = c
		if w.noFIN {
			from = io.LimitReader(c, 4)
		}
		read <- w.readAll(from)
		_, err := io.WriteString(c, "PONG")
		return err
	})
	began := time.Now()
	over, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	client := make(chan reading, 1)
	go func() {
		defer cancel() // who still waits for something to be held waits in vain
		client <- w.ping(srv)
	}()
	if w.held {
		if err := srv.AwaitHeld(over, "gate"); err != nil || over.Err() != nil {
			t.Errorf("the client is done, and nothing was held: %v", err)
		}
		srv.Release("gate")
	}
	wantReading(t, "client", <-client, w.client, began, w.lateClient)
	if _, err := net.DialTimeout("tcp", srv.Address(), dialPatience(w.unanswered)); errors.Is(err, syscall.ECONNREFUSED) != w.refused || isDialTimeout(err) != w.unanswered {
		t.Errorf("Dial after that: %v; refused: want %v; unanswered: want %v", err, w.refused, w.unanswered)
	}
	if w.handler != "" {
		wantReading(t, "handler", <-read, w.handler, began, w.lateHandler)
		return
	}
	srv.Stop() // which waits for handlers
	if len(read) > 0 {
		t.Error("the handler was called")
	}
}

// start starts a server with the handler.
func (w wireCase) start(t *testing.T, handle func(c *fakeserver.Conn) error) fakeserver.Wire {
	if w.failed == 0 {
		return serverEnd(t, plan(w.rule), handle)
	}
	ln := wrap(t, w.rule)
	go func() {
		for failed := 0; ; failed++ {
			c, err := ln.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if want := w.rule.Fault.(fault.FailAccept).Errno; (err != nil) != (failed < w.failed) || err != nil && !errors.Is(err, want) {
				t.Errorf("Accept %d = %v, want %v, %d times", failed+1, err, want, w.failed)
			}
			if err == nil {
				handle(c.(*fakeserver.Conn))
				c.Close()
				return
			}
		}
	}()
	return ln
}

// ping is the client.
func (w wireCase) ping(srv fakeserver.Wire) reading {
	c, err := net.DialTimeout("tcp", srv.Address(), dialPatience(w.client == " timeout"))
	if err != nil {
		return reading{"", err, time.Now()}
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, "PING"); err != nil {
		return reading{"", err, time.Now()}
	}
	if !w.noFIN {
		c.(*net.TCPConn).CloseWrite()
	}
	return w.readAll(c)
}

// dialPatience is how long to dial.
func dialPatience(inVain bool) time.Duration {
	if inVain {
		return lateness
	}
	return patience
}

// isDialTimeout reports whether a dial had no answer.
func isDialTimeout(err error) bool {
	var failed net.Error
	return errors.As(err, &failed) && failed.Timeout()
}

// A reading is what was read, how that ended, and when.
type reading struct {
	text string
	err  error
	at   time.Time
}

// readAll reads to the end.
func (w wireCase) readAll(from io.Reader) reading {
	var parts []string
	for p := make([]byte, 100); ; {
		n, err := from.Read(p)
		if n > 0 {
			parts = append(parts, string(p[:n]))
		}
		if err != nil {
			return reading{strings.Join(parts, w.between()), err, time.Now()}
		}
	}
}

func (w wireCase) between() string {
	if w.cut {
		return "|"
	}
	return ""
}

// wantReading checks what was read, and that it did not end too soon.
func wantReading(t *testing.T, who string, got reading, want string, began time.Time, isLate bool) {
	t.Helper()
	text := got.text
	switch {
	case errors.Is(got.err, fault.ErrInjected):
		text += " injected"
	case errors.Is(got.err, errReset):
		text += " reset"
	case errors.Is(got.err, syscall.ECONNREFUSED):
		text += " refused"
	case isDialTimeout(got.err):
		text += " timeout"
	case got.err != nil:
		text += " " + got.err.Error()
	}
	if text != want {
		t.Errorf("the %s read %q, want %q", who, text, want)
	}
	if d := got.at.Sub(began); isLate && d < lateness {
		t.Errorf("the %s was done after %v, want %v or more", who, d, lateness)
	}
}
