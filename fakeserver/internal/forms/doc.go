// Package forms tests that the forms of a recording agree: as text, as a file, as a page, as a capture, and compared with
// another. Each is tested by itself in its own package; here are the recordings between which those are passed on.
package forms
