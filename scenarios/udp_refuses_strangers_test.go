package scenarios

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"
)

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

func TestStrangerIsTakenIfTheAnswerCameBeforeTheServers(t *testing.T) {
	now := time.Now()
	c := client{want: "x", within: time.Second}
	for _, test := range []struct {
		why      string
		answered time.Time
		o        outcome
		broken   bool
	}{
		{"it came after the server's", now.Add(-1), outcome{answer: "x"}, false},
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
