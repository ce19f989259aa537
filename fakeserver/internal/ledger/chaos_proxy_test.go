package ledger_test

import (
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	fakenet "github.com/fakewire/fakewire/nettest"
)

// The same with a Proxy between: no byte is lost between its two legs, either.
func TestChaosThroughAProxyInMemory(t *testing.T) {
	check(t, 100, func(rt *rapid.T) {
		c := drawChaos(rt, wirePlan{length: 2000, unit: time.Second, directions: both, forever: true, across: true, proxied: true})
		if err := c.playInBubble(t); err != nil {
			rt.Fatalf("%v\n%v", c, err)
		}
	})
}

// playInBubble plays the round in virtual time. A goroutine that stays behind is a deadlock there.
func (c chaos) playInBubble(t *testing.T) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	synctest.Test(t, func(*testing.T) { err = c.play(memoryWire(c.window)) })
	return err
}

func TestChaosThroughAProxyOnLoopback(t *testing.T) {
	fakenet.NoLeaks(t)
	check(t, 40, func(rt *rapid.T) {
		c := drawProxied(rt)
		if err := c.play(loopbackWire); err != nil {
			rt.Fatalf("%v\n%v", c, err)
		}
	})
}

func drawProxied(t *rapid.T) chaos {
	return drawChaos(t, wirePlan{length: 2000, unit: 300 * time.Microsecond, directions: both, forever: true, across: true, proxied: true})
}

// TestSoakOfAProxy has 64 connections at a time through a Proxy, under random faults that change, for FAKEWIRE_SOAK, or a second.
func TestSoakOfAProxy(t *testing.T) {
	fakenet.NoLeaks(t)
	lasts := time.Second
	if text, given := os.LookupEnv("FAKEWIRE_SOAK"); given {
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatalf("FAKEWIRE_SOAK: %v", err)
		}
	}
	rounds := rapid.Custom(drawProxied)
	seed := int(time.Now().UnixNano() % 1e9)
	n := 0
	for began := time.Now(); time.Since(began) < lasts; n++ {
		c := rounds.Example(seed + n)
		for i := 0; len(c.dealings) < 64; i++ {
			c.dealings = append(c.dealings, c.dealings[i])
		}
		if err := c.play(loopbackWire); err != nil {
			t.Fatalf("seed %d: %v\n%v", seed+n, c, err)
		}
	}
	t.Logf("%d rounds of 64 connections, seeds from %d on", n, seed)
}
