package proxytable

import (
	"math/rand/v2"
	"sync"
)

// period is a prime number, so that no loss of whole buffers leaves the pattern as it was.
const period = 1_000_003

// patterns has one period of what each end sends, and a chunk more.
var patterns = map[string]func() []byte{"client": patternOf(1), "server": patternOf(2)}

func patternOf(seed uint64) func() []byte {
	return sync.OnceValue(func() []byte {
		p := make([]byte, period+chunk)
		draw := rand.NewPCG(seed, seed)
		for i := range period {
			p[i] = byte(draw.Uint64())
		}
		copy(p[period:], p)
		return p
	})
}

// pattern is what the end of that name sends from offset on, n bytes of a chunk at most. They are not to be changed.
func pattern(name string, offset int64, n int) []byte {
	at := offset % period
	return patterns[name]()[at : at+int64(n)]
}
