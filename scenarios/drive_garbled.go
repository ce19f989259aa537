package scenarios

import (
	"errors"
	"fmt"
	"time"
)

// maxGarbled is how many bytes of a reply are spoiled, each in a trial.
const maxGarbled = 96

// flipped returns b with the lowest bit of its byte at an offset flipped. A letter becomes
// another, a digit is wrong by one, and the end of a line is none.
func flipped(b []byte, at int64) []byte {
	spoiled := append([]byte(nil), b...)
	spoiled[at] ^= 1
	return spoiled
}

// overcome lets the client do an exchange whose reply is spoiled, and wants it to work again
// after that. What it makes of the reply is up to it, so long as it does return.
func overcome(d *dialogue, want string, exchange func(n int) outcome) error {
	if o := exchange(1); o.err != nil && !o.failed() {
		return o.but("want any answer, or an error")
	}
	for began := time.Now(); ; {
		late := time.Since(began) > d.patience()
		o := exchange(2)
		switch {
		case o.err == nil && o.answer == want:
			return nil
		case isMisconduct(o.err) || errors.Is(o.err, ErrInconclusive):
			return o.but("want %s after a spoiled reply", quote(want))
		case late:
			return fmt.Errorf("%v after a spoiled reply: %w", d.patience(), o.wantAnswer(want))
		}
		if err := d.pause(d.client.within / 50); err != nil { // for a client that fails at once
			return err
		}
	}
}

// exchanges returns what does the client's nth exchange: of its session, if it has one.
func (d *dialogue) exchanges() func(n int) outcome {
	if d.session.Ask == nil {
		return func(int) outcome { return d.do() }
	}
	return d.ask
}
