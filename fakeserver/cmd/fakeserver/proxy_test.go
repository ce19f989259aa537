package main

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// With --tls the proxy speaks TLS to its upstream, and what is inside to the client; its certificate is checked, unless that is
// not wanted.
func TestProxySpeaksTLS(t *testing.T) {
	up := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "secret for "+r.URL.Path) }))
	defer up.Close()
	up.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that don't trust it
	up.StartTLS()
	to := strings.TrimPrefix(up.URL, "https://")
	for _, test := range []struct {
		flags []string
		body  string
		says  string
		code  int
	}{
		{[]string{"--tls-insecure"}, "secret for /x", "listening on", allRight},
		{nil, "", "upstream: tls: failed to verify certificate", isDifferent},
		{[]string{"--tls-name", "other.test"}, "", "other.test", isDifferent},
	} {
		dir := t.TempDir()
		addressFile := filepath.Join(dir, "address")
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		var problems bytes.Buffer
		ended := make(chan int, 1)
		c := newRoot()
		c.SetArgs(append([]string{"proxy", "--listen", ":0", "--to", to, "--tls", "--quiet", "--address-file", addressFile}, test.flags...))
		c.SetErr(&problems)
		go func() { ended <- execute(ctx, c, &problems) }()
		address := awaitFile(t, addressFile)
		body := ""
		if resp, err := http.Get("http://" + address + "/x"); err == nil {
			text, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			body = string(text)
		}
		interrupt()
		if code := <-ended; code != test.code || body != test.body || !strings.Contains(problems.String(), test.says) {
			t.Errorf("%q: the client got %q, and it ended with %d; want %q and %d, and %q:\n%s", test.flags, body, code, test.body, test.code, test.says, &problems)
		}
	}
}

// awaitFile waits until a file is there, and returns its first line.
func awaitFile(t *testing.T, name string) string {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if text, err := os.ReadFile(name); err == nil {
			line, _, _ := strings.Cut(string(text), "\n")
			return line
		}
	}
	t.Fatalf("%s did not come", name)
	return ""
}
