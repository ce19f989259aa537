package artifact

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

// Paths are those of all files.
func (f Files) Paths() []string { return []string{f.JSONL, f.HTML} }

// String returns the lines by which a failed test's message names the files.
func (f Files) String() string {
	return "the whole record: " + filepath.ToSlash(f.JSONL) + "\nas a picture: " + f.link() + "\n"
}

// link returns the page's address, which leads to the event to see first.
func (f Files) link() string {
	path := filepath.ToSlash(f.HTML)
	if !strings.HasPrefix(path, "/") { // as C:/
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path}
	if f.Seq > 0 {
		u.Fragment = fmt.Sprintf("seq=%d", f.Seq)
	}
	return u.String()
}
