package explore

import (
	"context"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// maxDials is how often a client may dial within its bound.
const maxDials = 100

// dialPause is how far apart so many dials in a row have to be, on average, for a client to have paused. One that tries
// a few times in each step, without a pause, does so in the step's own pause.
const dialPause = 100 * time.Microsecond

// storms returns a channel that is closed when the client dials without a pause: when the server has taken more
// connections than it may open, or when as many dials took no time, which a server that refuses them does not see.
// In memory such a client would never come to an end, since time stands still.
// What passes on the wire is a move of v.
func (t *trial) storms(ctx context.Context, v *vitals) <-chan struct{} {
	go func() {
		err := t.server.Wait(ctx, func(tr transcript.Transcript) bool {
			v.moves.Add(1)
			return tr.Conns() > maxDials && subject.MostDials(tr, t.bound.Within) > maxDials
		})
		if err == nil {
			t.dialing.isStorm()
		}
	}()
	return t.dialing.storm
}

// A dialing is what a client has dialed on its wires.
type dialing struct {
	storm chan struct{} // closed when it was without a pause
	once  sync.Once     // closes storm

	mu    sync.Mutex // guards what follows
	count int
	begun int                 // and not ended
	last  [maxDials]time.Time // of the last ones, the nth at n mod maxDials
}

// isStorm closes storm.
func (d *dialing) isStorm() { d.once.Do(func() { close(d.storm) }) }

// add counts a dial.
func (d *dialing) add() {
	d.mu.Lock()
	defer d.mu.Unlock()
	now, oldest := time.Now(), &d.last[d.count%maxDials]
	if d.count >= maxDials && now.Sub(*oldest) < maxDials*dialPause {
		d.isStorm()
	}
	*oldest = now
	d.count++
	d.begun++
}

// ended says that one has ended.
func (d *dialing) ended() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begun--
}

// isUnderWay reports whether one has not ended.
func (d *dialing) isUnderWay() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.begun > 0
}

// total returns how many dials there were.
func (d *dialing) total() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}
