package timeline_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A tab is a page in the browser.
type tab struct {
	t       *testing.T
	b       *browser
	session string

	mu       sync.Mutex // guards what follows
	loaded   chan struct{}
	problems []string // errors and warnings of the page
	requests []string // the URLs that it asked for
}

// note remembers what an event says. It needs b.mu.
func (p *tab) note(a answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var say struct {
		Type    string
		Entry   struct{ Level, Text string }
		Request struct{ URL string }
	}
	_ = json.Unmarshal(a.Params, &say)
	switch a.Method {
	case "Page.loadEventFired":
		if p.loaded != nil {
			close(p.loaded)
			p.loaded = nil
		}
	case "Network.requestWillBeSent":
		p.requests = append(p.requests, say.Request.URL)
	case "Log.entryAdded":
		p.problems = append(p.problems, say.Entry.Level+": "+say.Entry.Text)
	case "Runtime.exceptionThrown", "Runtime.consoleAPICalled":
		p.problems = append(p.problems, string(a.Params))
	}
}

// open opens a page, with what is to come after its file's name in the address.
func (b *browser) open(t *testing.T, page, hash string, width, height int) *tab {
	t.Helper()
	p := b.blank(t)
	p.resize(width, height)
	p.show(page, hash)
	return p
}

// show goes to a page, as a file.
func (p *tab) show(page, hash string) {
	p.t.Helper()
	name := filepath.Join(p.t.TempDir(), "page.html")
	if err := os.WriteFile(name, []byte(page), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.visit("file://" + name + hash)
}

// blank opens an empty tab.
func (b *browser) blank(t *testing.T) *tab {
	t.Helper()
	p := &tab{t: t, b: b}
	var target struct{ TargetID string }
	if err := b.call("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		t.Fatal(err)
	}
	var attached struct{ SessionID string }
	if err := b.call("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached); err != nil {
		t.Fatal(err)
	}
	p.session = attached.SessionID
	b.mu.Lock()
	b.tabs[p.session] = p
	b.mu.Unlock()
	for _, domain := range []string{"Page", "Network", "Log", "Runtime"} {
		p.call(domain+".enable", nil, nil)
	}
	t.Cleanup(func() { _ = b.call("", "Target.closeTarget", map[string]any{"targetId": target.TargetID}, nil) })
	return p
}

func (p *tab) call(method string, params, result any) {
	p.t.Helper()
	if err := p.b.call(p.session, method, params, result); err != nil {
		p.t.Fatal(err)
	}
}

// visit goes to an address and waits until that is loaded.
func (p *tab) visit(url string) {
	p.t.Helper()
	loaded := make(chan struct{})
	p.mu.Lock()
	p.loaded, p.requests, p.problems = loaded, nil, nil
	p.mu.Unlock()
	p.call("Page.navigate", map[string]any{"url": url}, nil)
	select {
	case <-loaded:
	case <-time.After(patience):
		p.t.Fatalf("%s is not loaded after %v", url, patience)
	}
}

func (p *tab) resize(width, height int) {
	p.t.Helper()
	p.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// prefer sets a media feature: "prefers-color-scheme" to "dark", say. The medium is "screen" or "print".
func (p *tab) prefer(medium, feature, value string) {
	p.t.Helper()
	p.call("Emulation.setEmulatedMedia", map[string]any{"media": medium, "features": []map[string]string{{"name": feature, "value": value}}}, nil)
}

// eval returns what a JavaScript expression gives, in v.
func (p *tab) eval(expression string, v any) {
	p.t.Helper()
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	p.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &got)
	if x := got.ExceptionDetails; x != nil {
		p.t.Fatalf("%s: %s %s", expression, x.Text, x.Exception.Description)
	}
	if v != nil {
		if err := json.Unmarshal(got.Result.Value, v); err != nil {
			p.t.Fatalf("%s gave %s: %v", expression, got.Result.Value, err)
		}
	}
}

// press presses a key.
func (p *tab) press(keys ...string) {
	p.t.Helper()
	codes := map[string]int{"Enter": 13, "Escape": 27, "Tab": 9, "ArrowDown": 40, "ArrowUp": 38}
	for _, key := range keys {
		down := map[string]any{"type": "keyDown", "key": key}
		if code := codes[key]; code != 0 {
			down["windowsVirtualKeyCode"] = code
		}
		switch {
		case key == "Enter":
			down["text"] = "\r"
		case len(key) == 1:
			down["text"] = key
		}
		p.call("Input.dispatchKeyEvent", down, nil)
		delete(down, "text")
		down["type"] = "keyUp"
		p.call("Input.dispatchKeyEvent", down, nil)
	}
}

// screenshot returns a picture of what is to be seen, as PNG.
func (p *tab) screenshot() []byte {
	p.t.Helper()
	var got struct{ Data []byte }
	p.call("Page.captureScreenshot", map[string]any{"format": "png"}, &got)
	return got.Data
}
