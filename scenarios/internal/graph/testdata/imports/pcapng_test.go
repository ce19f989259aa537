package client_test

import (
	"bytes"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"

	"example.com/service/client"
)

func TestAskIsCaptured(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Lines{}})
	if _, err := client.Ask(srv.Addr(), "hello"); err != nil {
		t.Error(err)
	}
	var capture bytes.Buffer
	if err := pcapng.Write(&capture, srv.Recording()); err != nil || !bytes.Contains(capture.Bytes(), []byte("hello")) {
		t.Errorf("a capture of %d bytes, %v", capture.Len(), err)
	}
}
