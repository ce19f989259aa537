package examples_test

import (
	"testing"

	"github.com/fakewire/fakewire/scenarios/examples/internal/asfound"
)

// Those that take a dialer keep and break the same in memory, in a second or two.
func TestTheSameIsFoundInMemory(t *testing.T) {
	asfound.CheckInMemory(t, found, "net/http", httpClient)
	asfound.CheckInMemory(t, found, "net/http with keep-alive", httpKeepAliveClient)
	asfound.CheckInMemory(t, found, "log/slog over TCP", slogOverTCP)
}
