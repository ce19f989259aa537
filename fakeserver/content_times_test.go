package fakeserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// When rules act by what goes the other way: times are exact in a bubble.

// Times are exact: the answer stands still from the moment that its handler has the question.
func TestMatchFromTheClientStallsTheAnswer(t *testing.T) {
	const pause = 3 * time.Second
	inMemory(t, fakeserver.Config{Handler: fakeserver.Lines{}, Faults: plan(
		fault.ToClient(fault.Stall{For: pause}).AfterMatchIn(transcript.FromClient, "slow\n").AfterEveryMatch("slow\n").Times(2),
		fault.FromClient(fault.Latency{Delay: time.Second}).NeedNotFire(), // the handler has it when it is due
	)}, func(c cell) {
		client := c.dial()
		defer client.Close()
		r := bufio.NewReader(client)
		for i, want := range []time.Duration{1, 4, 1, 4, 1} {
			line := []string{"quick\n", "slow\n"}[i%2]
			if i == 4 {
				line = "slow\n" // the third
			}
			began := time.Now()
			send(t, client, line)
			if got, err := r.ReadString('\n'); got != strings.ToUpper(line) || err != nil {
				t.Fatalf("the client heard %q, %v", got, err)
			}
			if took := time.Since(began); took != want*time.Second {
				t.Errorf("line %d took %v, want %v", i+1, took, want*time.Second)
			}
		}
		var at []time.Duration
		for _, e := range c.srv.Transcript().Faults() {
			if e.Direction == transcript.ToClient {
				at = append(at, e.At)
			}
		}
		if want := []time.Duration{2 * time.Second, 7 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("the answers stand still at %v, want %v", at, want)
		}
	})
}

// A stall of the client's direction, by a match in the answer, holds up the next question.
func TestMatchToTheClientStallsTheNextQuestion(t *testing.T) {
	inMemory(t, fakeserver.Config{Handler: fakeserver.Lines{}, Faults: plan(
		fault.FromClient(fault.Stall{For: 3 * time.Second}).AfterMatchIn(transcript.ToClient, "WAIT\n"),
	)}, func(c cell) {
		client := c.dial()
		defer client.Close()
		r := bufio.NewReader(client)
		for _, tt := range []struct {
			line string
			took time.Duration
		}{{"one\n", 0}, {"wait\n", 0}, {"two\n", 3 * time.Second}, {"three\n", 0}} {
			began := time.Now()
			send(t, client, tt.line)
			if got, err := r.ReadString('\n'); got != strings.ToUpper(tt.line) || err != nil {
				t.Fatalf("the client heard %q, %v", got, err)
			}
			if took := time.Since(began); took != tt.took {
				t.Errorf("%q took %v, want %v", tt.line, took, tt.took)
			}
		}
	})
}

// A rule that stops a connection is told by matches that come meanwhile, too: it acts when the stop
// is over.
func TestMatchToTheClientActsWhenAStopIsOver(t *testing.T) {
	inMemory(t, fakeserver.Config{
		Handler: fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
			time.Sleep(time.Second)
			io.WriteString(c, "220\r\n")
			_, err := io.ReadAll(c)
			if !errors.Is(err, fault.ErrInjected) {
				t.Errorf("the handler's Read gave %v", err)
			}
			return err
		}),
		Faults: plan(fault.FromClient(fault.Stall{For: 5 * time.Second}), fault.FromClient(fault.Reset{}).AfterMatchIn(transcript.ToClient, "220")),
	}, func(c cell) {
		client := c.dial()
		defer client.Close()
		c.await(ended(1))
		if at := c.happened(1, transcript.RST, transcript.ToClient); at != 5*time.Second {
			t.Errorf("the reset came at %v, want 5s", at)
		}
	})
}

// A handler that is done reads no more: a match that it has not read tells nothing, and one that
// is discarded does.
func TestMatchThatIsDiscardedStillActs(t *testing.T) {
	inMemory(t, fakeserver.Config{
		Handler: fakeserver.HandlerFunc(func(context.Context, *fakeserver.Conn) error { return nil }),
		Faults:  plan(fault.ToClient(fault.Reset{}).AfterMatchIn(transcript.FromClient, "late").NeedNotFire()),
	}, func(c cell) {
		client := c.dial()
		wantAll(t, client, "", io.EOF)
		send(t, client, "too late")
		client.Close()
		c.await(ended(1))
		if got := c.srv.Report().Rules[0]; got.Matches != 1 {
			t.Errorf("%d matches are reported, want 1", got.Matches)
		}
	})
}

// The record says which match in the other direction has begun a rule, with what it says besides.
func TestRecordSaysWhichMatchHasBegunARule(t *testing.T) {
	inMemory(t, fakeserver.Config{Handler: fakeserver.Echo{}, Faults: plan(
		fault.ToClient(fault.Slice{Size: 2}).AfterMatchIn(transcript.FromClient, "GET").ForBytes(4),
		fault.FromClient(fault.Stall{For: time.Second}).AfterMatchIn(transcript.ToClient, "lo"),
	)}, func(m cell) {
		c := m.dial()
		defer c.Close()
		send(t, c, "hello")
		wantRead(t, c, "hello")
		send(t, c, "GET it")
		wantExactly(t, c, "GET it")
		var got []string
		for _, e := range m.srv.Transcript().Faults() {
			got = append(got, fmt.Sprintf("%s @%d %s", e.Rule, e.Offset, e.Text))
		}
		want := []string{
			"stall.FromClient.1 @5 for 1s, after the match up to byte 5 ToClient",
			"slice.ToClient.1 @5 boundary confirmed, after the match up to byte 8 FromClient",
			"slice.ToClient.1 @7 boundary confirmed", "slice.ToClient.1 @9 boundary confirmed",
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
