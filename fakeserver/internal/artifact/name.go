package artifact

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A longer name keeps its beginning and its end, where the names of tests differ. All are bytes: file
// systems allow 255, and "-NUMBER.jsonl" comes after it.
const (
	maxName = 120
	keepEnd = 72
)

// reserved are the names of Windows' devices, whatever comes after a dot.
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

// FileName makes a file's name, without an ending, of a test's.
func FileName(test string) string {
	safe := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Letter, unicode.Mark, unicode.Nd) || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, strings.ToValidUTF8(test, "_"))
	safe = strings.TrimLeft(shorten(safe), ".-")
	switch {
	case safe == "":
		return "test"
	case reserved.MatchString(safe):
		return "_" + safe
	}
	return safe
}

// shorten takes the middle out of a name that is too long.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	begin, end := maxName-keepEnd-len("__"), len(name)-keepEnd
	for !utf8.RuneStart(name[begin]) {
		begin--
	}
	for !utf8.RuneStart(name[end]) {
		end++
	}
	return name[:begin] + "__" + name[end:]
}
