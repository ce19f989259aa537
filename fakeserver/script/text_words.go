package script

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A word is part of a line of a script's text.
type word struct {
	text     string // without quotes
	kind     wordKind
	from, to int // its offsets in the file
}

type wordKind uint8

const (
	plain wordKind = iota
	quotedWord
	opening // of a block
	closingBrace
	reference // to a section of data
)

// wordsOf cuts a line into words. at is the line's offset in the file.
func wordsOf(line string, at int) (words []word, err error) {
	for i := 0; ; {
		i += len(line[i:]) - len(strings.TrimLeft(line[i:], " \t\r"))
		if i == len(line) || line[i] == '#' {
			return words, nil
		}
		w, n, err := firstWord(line[i:])
		if err != nil {
			return nil, err
		}
		w.from, w.to = at+i, at+i+n
		words = append(words, w)
		i += n
		if i < len(line) && !strings.ContainsRune(" \t\r", rune(line[i])) {
			return nil, fmt.Errorf("%s and what comes after it are one word: want a blank between", line[i-n:i])
		}
	}
}

// firstWord returns the word with which text begins, and how long it is there.
func firstWord(text string) (w word, n int, err error) {
	if text[0] == '"' || text[0] == '`' {
		q, err := strconv.QuotedPrefix(text)
		if err != nil {
			return w, 0, quoteError(text)
		}
		w.kind = quotedWord
		w.text, err = strconv.Unquote(q)
		return w, len(q), err
	}
	n = strings.IndexAny(text+" ", " \t\r")
	w.text = text[:n]
	switch {
	case w.text == "{":
		w.kind = opening
	case w.text == "}":
		w.kind = closingBrace
	case w.text[0] == '@':
		w.kind, w.text = reference, w.text[1:]
	case strings.ContainsAny(w.text, "\\\"`{}"):
		return w, 0, fmt.Errorf("a word with one of \\ \" ` { } in it is written in quotes: %s", strconv.Quote(w.text))
	}
	return w, n, nil
}

// quoteError says what is wrong with a string in quotes.
func quoteError(text string) error {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '"':
			if _, _, _, err := strconv.UnquoteChar(text[i:], '"'); err != nil {
				return fmt.Errorf(`%s is no escape of Go's: \r, \n, \t, \x00, \u00e9, \\ and \" are`, text[i:min(i+2, len(text))])
			}
			i++
		case text[i] == text[0]:
			return errors.New("a string in quotes that is not one of Go's")
		}
	}
	return fmt.Errorf("a string that begins with %c does not end", text[0])
}

// nearest returns which of the known words one was probably meant to be; empty: none is near.
func nearestWord(text string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if d := distance(text, k); d < least && d < len(k) {
			best, least = k, d
		}
	}
	return best
}

// distance returns how many letters have to be put in, taken out, replaced or exchanged with the next to make b of a.
func distance(a, b string) int {
	var older, old []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		older, old, row = old, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// suggestion returns "; did you mean expect?", or nothing.
func suggestion(text string, known []string) string {
	if near := nearestWord(text, known); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
