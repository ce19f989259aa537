package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSpreadCoversBothEnds(t *testing.T) {
	for _, c := range []struct{ n, most int }{{0, 1}, {1, 1}, {5, 1}, {5, 5}, {6, 5}, {10, 9}, {1000, 240}, {65507, 240}} {
		got := spread(c.n, c.most)
		want := min(c.n, c.most)
		if len(got) != want || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != want {
			t.Errorf("spread(%d, %d) = %v, want %d numbers in order", c.n, c.most, got, want)
			continue
		}
		third := c.most / 3
		if c.n > c.most && third > 0 && (got[third-1] != third-1 || got[want-third] != c.n-third || got[want-1] != c.n-1) {
			t.Errorf("spread(%d, %d) = %v, want the first and last %d", c.n, c.most, got, third)
		}
		if c.n > 0 && got[0] != 0 || c.n > 0 && got[len(got)-1] >= c.n {
			t.Errorf("spread(%d, %d) = %v, want numbers from 0 to %d", c.n, c.most, got, c.n-1)
		}
	}
}

func TestAtOnceReturnsTheFirstErrorAndStops(t *testing.T) {
	later := make(chan struct{})
	made, started := 0, make(chan int, 1000)
	err := atOnce(func() UDPClient { made++; return UDPClient{} }, 1000, func(i int, _ func() UDPClient) error {
		started <- i
		switch {
		case i == 3:
			<-later // so that it is not the first to return
		case i == 5:
			close(later)
		case i < 5:
			return nil
		}
		return fmt.Errorf("error %d", i)
	})
	if err == nil || err.Error() != "error 3" {
		t.Errorf("atOnce = %v, want error 3", err)
	}
	if most := mostAtOnce + 4; len(started) > most { // 4 return nothing
		t.Errorf("%d calls were made, want at most %d", len(started), most)
	}
	if made != len(started) {
		t.Errorf("%d subjects for %d calls", made, len(started))
	}
}

func TestForgeriesLeaveRoomForTheReply(t *testing.T) {
	for _, n := range []int{0, 1, 2, 24, 1200, 65507} {
		reply := bytes.Repeat([]byte{'x'}, n)
		all := forgeries(reply)
		changed := all[:len(all)-1]
		if !bytes.Equal(all[len(all)-1], reply) || (n > 0) != (len(changed) > 0) {
			t.Errorf("%d bytes: %d changed copies and %q", n, len(changed), all[len(all)-1])
		}
		if slices.ContainsFunc(changed, func(b []byte) bool { return bytes.Equal(b, reply) || len(b) != n }) {
			t.Errorf("%d bytes: a copy is not changed, or not as long", n)
		}
		if sum := len(changed) * n; sum > 16<<10+n {
			t.Errorf("%d bytes: changed copies of %d bytes", n, sum)
		}
	}
}

func TestAnAnswerBeforeTheServersIsAStrangers(t *testing.T) {
	now := time.Now()
	c := client{want: "x", within: time.Second}
	for _, test := range []struct {
		why      string
		answered time.Time
		o        outcome
		broken   bool
	}{
		{"it came behind the server's", now.Add(-1), outcome{answer: "x"}, false},
		{"it came before the server's", now.Add(1), outcome{answer: "x"}, true},
		{"the server has not answered", time.Time{}, outcome{answer: "x"}, true},
		{"it is not what was asked for", now.Add(-1), outcome{answer: "y"}, true},
		{"there is none, because of the stranger", now.Add(-1), outcome{err: errors.New("confused")}, true},
	} {
		s := &stranger{answered: test.answered}
		if err := s.judge(c, test.o, now); (err != nil) != test.broken {
			t.Errorf("%s: %v", test.why, err)
		}
	}
}

func TestNoiseIsTheLargestDatagram(t *testing.T) {
	for addr, want := range map[string]int{"127.0.0.1:1": 65507, "[::1]:1": 65527} {
		if got := len(noise(replyDatagram{to: netip.MustParseAddrPort(addr)})); got != want {
			t.Errorf("noise for %s has %d bytes, want %d", addr, got, want)
		}
	}
}

func TestAnotherAnswerIsWorseThanAnError(t *testing.T) {
	for _, test := range []struct {
		why     string
		o       outcome
		finding string
	}{
		{"its own", outcome{answer: "x"}, ""},
		{"an error", outcome{err: errors.New("lost")}, ""},
		{"another's", outcome{answer: "y"}, `want "x" or an error`},
		{"a panic", outcome{err: &misconduct{"Ask(2) panicked"}}, "Ask(2) panicked"},
		{"an interrupt", outcome{err: ErrInconclusive}, ErrInconclusive.Error()},
	} {
		err := wantItsOwnOrError(test.o, "x")
		if (err != nil) != (test.finding != "") || err != nil && !strings.Contains(err.Error(), test.finding) {
			t.Errorf("%s: %v, want %q", test.why, err, test.finding)
		}
	}
}
