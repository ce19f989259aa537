package thirdparty_test

import "github.com/fakewire/fakewire/scenarios/examples/internal/asfound"

var _ = asfound.Subject(found, "go-redis", redisClient) && asfound.Subject(found, "zerolog with a diode", zerologDiode)
