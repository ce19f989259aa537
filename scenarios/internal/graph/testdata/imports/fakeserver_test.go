package client_test

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver"

	"example.com/service/client"
)

func TestAskTheWire(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Lines{}})
	if got, err := client.Ask(srv.Addr(), "hello"); got != "HELLO\n" {
		t.Errorf("Ask = %q, %v", got, err)
	}
}
