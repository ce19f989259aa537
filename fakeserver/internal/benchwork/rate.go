package benchwork

import (
	"fmt"
	"io"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// Rates are the speeds of Bandwidth that are measured, in bytes a second.
var Rates = []int64{64 << 10, 1 << 20, 10 << 20, 100 << 20}

// Rate limits a connection to rate with fault.Bandwidth, in one direction, and
// returns the speed over a window of a second as a share of that.
func Rate(rate int64, toClient bool) (share float64, err error) {
	rule := fault.FromClient(fault.Bandwidth{BytesPerSecond: rate})
	if toClient {
		rule = fault.ToClient(fault.Bandwidth{BytesPerSecond: rate})
	}
	total := rate + rate/5
	receive := func(c io.ReadWriter) (err error) {
		share, err = shareInASecond(c, rate, total)
		return err
	}
	send := func(c io.ReadWriter) error { return sendUpTo(c, total) }
	handler, client := receive, send
	if toClient {
		handler, client = send, receive
	}
	err = withServer(fault.Plan{Rules: []fault.Rule{rule}}, handler, client)
	return share, err
}

// shareInASecond receives total bytes, and counts those that come in the second
// after the first read, which has the burst.
func shareInASecond(r io.Reader, rate, total int64) (float64, error) {
	p := make([]byte, sinkWrite)
	var began time.Time
	var got, counted int64
	for share := 0.0; ; {
		n, err := r.Read(p)
		if got += int64(n); err != nil {
			return 0, fmt.Errorf("after %d bytes of %d: %w", got, total, err)
		}
		switch took := time.Since(began); {
		case began.IsZero():
			began = time.Now()
		case share == 0:
			if counted += int64(n); took >= time.Second {
				share = float64(counted) / took.Seconds() / float64(rate)
			}
		}
		if got == total {
			return share, nil
		}
	}
}

func sendUpTo(w io.Writer, total int64) error {
	p := make([]byte, sinkWrite)
	for left := total; left > 0; left -= int64(len(p)) {
		if _, err := w.Write(p[:min(left, sinkWrite)]); err != nil {
			return err
		}
	}
	return nil
}

func rateFigures() (all []Figure) {
	for _, rate := range Rates {
		for _, toClient := range []bool{true, false} {
			direction := "FromClient"
			if toClient {
				direction = "ToClient"
			}
			all = append(all, Figure{
				Name: fmt.Sprintf("Bandwidth%s%dKiB", direction, rate>>10), What: fmt.Sprintf("Bandwidth %s over a second, of %d KiB/s", direction, rate>>10), Unit: "of the rate", Times: 7,
				Measure: func() (float64, error) { return Rate(rate, toClient) }, Goal: Between(0.99, 1.01),
			})
		}
	}
	return all
}
