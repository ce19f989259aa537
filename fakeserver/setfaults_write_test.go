package fakeserver_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	fakenet "github.com/fakewire/fakewire/nettest"
)

// Rules for the other direction, or for other connections, are nothing to a Write.
func TestSetFaultsLeavesAWriteAloneThatItIsNotFor(t *testing.T) {
	for name, rule := range map[string]fault.Rule{
		"FromClient":         fault.FromClient(fault.Stall{}).Now().NeedNotFire(),
		"another connection": fault.ToClient(fault.Stall{}).Now().OnConn(2).NeedNotFire(),
	} {
		t.Run(name, func(t *testing.T) {
			data := patterned(5000)
			inWindow(t, 1000, data, func(m cell, result <-chan written) {
				c := m.dial()
				defer c.Close()
				synctest.Wait()
				setFaults(t, m.srv, rule)
				synctest.Wait()
				if len(result) != 0 || m.srv.Transcript().Kind(transcript.Unsent).Len() > 0 {
					t.Errorf("the Write was cut:\n%v", m.srv.Transcript())
				}
				cutWrite{T: t, c: c}.wantRead(data)
			})
		})
	}
}

// The handler's deadline is what it was, whether or not the rules are still there when the Write
// has looked.
func TestSetFaultsKeepsAWriteDeadline(t *testing.T) {
	for name, changes := range map[string][][]fault.Rule{
		"rules":             {{fault.ToClient(fault.Stall{}).Now()}},
		"rules, and none":   {{fault.ToClient(fault.Stall{}).Now()}, {}},
		"none":              {{}},
		"rules, many times": {cut, {}, ruled, {}, cut, ruled, {}, ruled},
	} {
		t.Run(name, func(t *testing.T) {
			fakenet.Bubble(t, func(tb fakeserver.TB) {
				network := &fakenet.Network{Window: 1000}
				srv := fakeserver.Start(tb, fakeserver.Config{Transport: network, Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
					c.SetWriteDeadline(time.Now().Add(time.Minute))
					began := time.Now()
					_, err := c.Write(make([]byte, 65<<20)) // more than waits for a client
					if took := time.Since(began); took != time.Minute || !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("Write = %v after %v; want a timeout after a minute", err, took)
					}
					return nil
				})})
				c := mustDialIn(t, network, srv.Addr())
				synctest.Wait()
				for _, rules := range changes {
					setFaults(t, srv, rules...)
				}
				time.Sleep(2 * time.Minute)
				c.Close()
				setFaults(t, srv) // what the last rules came to does not matter
			})
		})
	}
}

// A Write to a connection that can't be interrupted, such as one with TLS below the server, is not:
// the new plan decides about the next one.
func TestSetFaultsDoesNotInterruptAWriteOfTLS(t *testing.T) {
	fakenet.Bubble(t, func(tb fakeserver.TB) {
		network := &fakenet.Network{Window: 1000}
		below, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server, client := fakenet.TLS()
		ln := fakeserver.StartListener(tb, tls.NewListener(below, server), fakeserver.Config{})
		data := patterned(50_000)
		go func() {
			c, err := ln.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			if n, err := c.Write(data); n != len(data) || err != nil {
				t.Errorf("Write = %d, %v", n, err)
			}
			io.WriteString(c, "more")
		}()
		raw := mustDialIn(t, network, below.Addr().String())
		defer raw.Close()
		client.ServerName = "127.0.0.1"
		c := tls.Client(raw, client)
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		setFaults(t, ln, fault.ToClient(fault.Replace{Old: "more", New: "less"}))
		synctest.Wait()
		wantAll(t, c, string(data)+"less", io.EOF)
	})
}
