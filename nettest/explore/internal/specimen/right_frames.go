package specimen

import "context"

// goodFrames knows how long a message may be, and hangs up on one that says anything else.
type goodFrames struct{ link }

func newGoodFrames(dial Dialer) client { return &goodFrames{link{dial: dial}} }

func (c *goodFrames) Ask(ctx context.Context, question string) (string, error) {
	return c.call(ctx, func() (string, error) {
		if _, err := c.conn.Write(frame(question)); err != nil {
			return "", err
		}
		return readFrame(c.r)
	})
}
