package scenarios

import (
	"regexp"
	"strings"
)

// spell returns a line, or a part of one, as the logger is to log it. With Plain, it has
// dots in place of its spaces.
func (f framing) spell(text string) string {
	if !f.plain {
		return text
	}
	return strings.ReplaceAll(text, " ", ".")
}

// spelling returns l with what its lines are spelled like. What promises know is how they
// were before.
func (f framing) spelling(l Log) Log {
	spelled := l
	spelled.Print = func(line string) { l.Print(f.spell(line)) }
	if l.Panic != nil {
		spelled.Panic = func(line string) { l.Panic(f.spell(line)) }
	}
	return spelled
}

// Where the spaces of lines were.
var (
	spelledStart = regexp.MustCompile(`line\.(\d{5})\.`)
	spelledEnd   = regexp.MustCompile(`\.end\.(\d{5})`)
)

// read undoes spell in what arrived, whatever the logger has put around it.
func (f framing) read(text string) string {
	if !f.plain {
		return text
	}
	return spelledEnd.ReplaceAllString(spelledStart.ReplaceAllString(text, "line $1 "), " end $1")
}
