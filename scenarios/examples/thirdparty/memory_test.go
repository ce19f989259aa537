package thirdparty_test

import (
	"testing"

	"github.com/redis/go-redis/v9/logging"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/examples/internal/asfound"
)

// Those that take a dialer keep and break the same in memory, but that go-redis looks at the
// socket of an idle connection, and there is none.
func TestTheSameIsFoundInMemory(t *testing.T) {
	logging.Disable()
	asfound.CheckInMemory(t, found, "go-redis", redisClient, scenarios.NoticesIdleClose.Name)
	asfound.CheckInMemory(t, found, "zerolog with a diode", zerologDiode)
}
