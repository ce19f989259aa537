package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/subject"

	"example.com/service/client"
)

func TestAskReturns(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Lines{}})
	err := subject.Call(t.Context(), subject.Bound{Within: time.Minute}, "Ask", func(context.Context) error {
		_, err := client.Ask(srv.Addr(), "hello")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
