package script

import "strings"

// A section is part of a file: what comes before the first line as "-- name --", or between two such lines, as in txtar.
type section struct {
	name string // empty: of the beginning
	line int    // of its first line, from 1
	at   int    // its offset in the file
	text string
	uses int // by how many words of steps
}

func sectionsOf(text string) []section {
	all := []section{{line: 1}}
	line, at := 0, 0
	for l := range strings.Lines(text) {
		line++
		at += len(l)
		if name, ok := marker(l); ok {
			all = append(all, section{name: name, line: line + 1, at: at})
			continue
		}
		all[len(all)-1].text += l
	}
	return all
}

// marker returns the name of the section that begins after a line.
func marker(line string) (name string, ok bool) {
	line = strings.TrimRight(line, " \t\r\n")
	name, begins := strings.CutPrefix(line, "-- ")
	name, ends := strings.CutSuffix(name, " --")
	name = strings.TrimSpace(name)
	return name, begins && ends && name != ""
}
