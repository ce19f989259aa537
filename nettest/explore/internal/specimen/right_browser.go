package specimen

import "io"

// newGoodBrowser returns the standard library's client of HTTP, with its pool and its retries, and a
// caller that looks at all errors.
func newGoodBrowser(dial Dialer) client { return newBrowser(dial, io.ReadAll) }
