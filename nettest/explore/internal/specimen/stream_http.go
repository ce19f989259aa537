package specimen

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/fakewire/fakewire/fakeserver"
)

// web answers requests of HTTP.
var web = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for r := bufio.NewReader(c); ; {
		req, err := http.ReadRequest(r)
		if err != nil {
			return nil
		}
		body := answer("get " + req.URL.Query().Get("of"))
		if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
			return nil
		}
	}
})

// A browser asks by HTTP, with the client of the standard library.
type browser struct {
	http *http.Client
	read func(body io.Reader) ([]byte, error)
}

func newBrowser(dial Dialer, read func(io.Reader) ([]byte, error)) client {
	return &browser{http: &http.Client{Transport: &http.Transport{DialContext: dial}, Timeout: timeout}, read: read}
}

// halfBody takes what it has read of a body for the body.
//
// As in github.com/bluesky-social/indigo/pull/85, github.com/minio/minio-go/issues/1451.
func newHalfBody(dial Dialer) client {
	return newBrowser(dial, func(body io.Reader) ([]byte, error) {
		text, _ := io.ReadAll(body)
		return text, nil
	})
}

func (b *browser) Ask(ctx context.Context, question string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server+"/?of="+url.QueryEscape(question), nil)
	if err != nil {
		return "", err
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the server says %s", resp.Status)
	}
	text, err := b.read(resp.Body)
	return string(text), err
}

func (b *browser) Close() error {
	b.http.CloseIdleConnections()
	return nil
}
