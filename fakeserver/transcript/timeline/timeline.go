package timeline

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Write writes rec to w as one HTML page, which needs no other file and no network. Equal
// recordings give equal pages. Its error is w's: what can't be understood of the recording's plans
// and report is shown as it is.
func Write(w io.Writer, rec transcript.Recording) error { return write(w, rec, maxRows) }

// write is Write with at most so many events.
func write(w io.Writer, rec transcript.Recording, events int) error {
	b := bufio.NewWriter(w)
	if err := pages().ExecuteTemplate(b, "page.html", newPage(rec.Redacted(), events)); err != nil {
		return err
	}
	return b.Flush()
}

//go:embed page.html
var pageHTML string

//go:embed rows.html
var rowsHTML string

//go:embed look.css
var lookCSS string

//go:embed rows.css
var rowsCSS string

//go:embed page.js
var pageJS string

//go:embed lanes.js
var lanesJS string

// pages returns the templates. They are parsed when the first page is written, so that a test
// binary that writes none pays nothing.
var pages = sync.OnceValue(func() *template.Template {
	t := template.New("")
	template.Must(t.New("rows.html").Parse(rowsHTML))
	template.Must(t.New("page.html").Parse(pageHTML))
	return t
})

// style and script are what a page embeds, in one element each.
func style() string  { return lookCSS + rowsCSS }
func script() string { return "'use strict';\n" + lanesJS + pageJS }

// policy is the page's Content-Security-Policy: it may do what its own style and script do, and
// fetch nothing.
func policy() string {
	return "default-src 'none'; style-src " + hashOf(style()) + "; script-src " + hashOf(script()) + "; base-uri 'none'; form-action 'none'"
}

// hashOf returns a source of a policy: an element with this text.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
