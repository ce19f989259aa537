package client_test

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

func TestFails(t *testing.T) {
	fakeserver.Start(t, fakeserver.Config{})
	t.Error("on purpose")
}
