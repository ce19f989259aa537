package fakeserver

import (
	"errors"
	"net"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestLifeEndsAsTheFirstSaysUnlessAtOnce(t *testing.T) {
	rule := &injected{rule: "close.ToClient.1", op: decide.OpClose}
	for _, c := range []struct {
		why                string
		first, second, how ending
	}{
		{"nothing sends the RST that a Reset would have sent", inOrder, byReset, inOrder},
		{"an RST comes in place of a FIN", byReset, inOrder, byReset},
		{"an RST at once does not wait for what is in order", inOrder, atOnce, atOnce},
		{"an RST at once does not wait for what was written", byReset, atOnce, atOnce},
		{"an RST that was sent is not taken back", atOnce, inOrder, atOnce},
	} {
		var l life
		if l.isDoomed() || l.isToReset() {
			t.Fatal("a new life is doomed")
		}
		if !l.doomLocked(c.first, rule) || l.doomLocked(c.second, net.ErrClosed) {
			t.Errorf("%s: doomLocked does not tell the first", c.why)
		}
		if l.how != c.how || l.doomed() != error(rule) || l.isToReset() != (c.how != inOrder) {
			t.Errorf("%s: it is to end %d, because of %v; want %d and the first error", c.why, l.how, l.doomed(), c.how)
		}
	}
}

func TestLifeIsOverOnce(t *testing.T) {
	var l life
	changed := l.next()
	if l.isOver() || !l.claimClose() || !l.isOver() || l.claimClose() {
		t.Error("claimClose doesn't tell the one that closes the socket")
	}
	if !isClosedChan(changed) {
		t.Error("nothing was told that it is over")
	}
	if _, alive := l.nextWhileAlive(); alive {
		t.Error("there is a client though the socket is closed")
	}
}

func TestLifeHasNoClientAfterAnRST(t *testing.T) {
	for k, want := range map[transcript.Kind]bool{transcript.FIN: true, transcript.RST: false} {
		l := life{client: k}
		if _, alive := l.nextWhileAlive(); alive != want || l.sawReset() == want || l.sawEnd() != want {
			t.Errorf("after the client's %v: alive %v, sawReset %v, sawEnd %v", k, alive, l.sawReset(), l.sawEnd())
		}
	}
}

// Its text is what a socket says, and it tells of the server's Close to what asks.
func TestLifeCutOffByTheServerIsClosed(t *testing.T) {
	if !errors.Is(errAtClose, net.ErrClosed) || errAtClose.Error() != net.ErrClosed.Error() {
		t.Errorf("errAtClose is %v", errAtClose)
	}
	l := life{why: net.ErrClosed}
	if l.isCutOff() {
		t.Error("a Close of the handler's counts as the server's")
	}
	if l.why = errAtClose; !l.isCutOff() {
		t.Error("the server's Close doesn't count as such")
	}
}
