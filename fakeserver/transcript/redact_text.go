package transcript

import (
	"bytes"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

// secrets are what was hidden of a record's bytes.
type secrets struct {
	all   [][]byte
	known map[string]bool
}

// learn adds what is in data and not in shown, which has as many bytes.
func (s *secrets) learn(data, shown []byte) {
	for at := 0; at < len(data); at++ {
		from := at
		for at < len(data) && (data[at] != shown[at] || data[at] == mask) {
			at++
		}
		s.add(bytes.Trim(data[from:at], string(mask)))
	}
}

func (s *secrets) add(secret []byte) {
	if len(secret) < minPart || s.known[string(secret)] {
		return
	}
	if s.known == nil {
		s.known = map[string]bool{}
	}
	s.known[string(secret)] = true
	s.all = append(s.all, bytes.Clone(secret))
}

// hide hides secrets in a text, and if it is a string that was quoted, parts of them at its ends, too.
func (s *secrets) hide(text []byte, quoted bool) []byte {
	marked := make([]bool, len(text))
	for _, secret := range s.all {
		markAll(marked, text, secret)
		if quoted {
			markEnds(marked, text, secret)
		}
	}
	return hideMarked(bytes.Clone(text), marked)
}

// text returns a text as it may be shown.
func (x *redaction) text(text string) string {
	if text == "" {
		return ""
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	shown, ok := x.texts[text]
	if !ok {
		if x.texts == nil {
			x.texts = map[string]string{}
		}
		shown = x.hideIn(text, 0)
		x.texts[text] = shown
	}
	return shown
}

// maxDepth is how deep strings may be quoted in others.
const maxDepth = 5

// hideIn returns a text as it may be shown; depth is how often it was quoted.
func (x *redaction) hideIn(text string, depth int) string {
	shown := string(x.secrets.hide(Excerpt{}.hiddenBy(x.by, []byte(text)), depth > 0))
	if depth < maxDepth {
		shown = x.hideInQuoted(shown, depth+1)
		shown = hexText.ReplaceAllStringFunc(shown, func(text string) string {
			p, err := hex.DecodeString(text[len(hexPrefix):])
			if err != nil { // half a byte
				return text
			}
			return hexPrefix + hex.EncodeToString([]byte(x.hideIn(string(p), maxDepth)))
		})
	}
	return shown
}

// hexText is bytes in hex, as texts of this module have them.
var hexText = regexp.MustCompile(`\b` + hexPrefix + `[0-9a-f]+`)

const hexPrefix = "hex "

// hideInQuoted does it with strings that are quoted as in Go: their escapes may stand for parts of a secret.
func (x *redaction) hideInQuoted(text string, depth int) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, `"`)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteByte('"')
		text = rest
		literal := quotedText.FindString(rest)
		if literal == "" {
			continue
		}
		s, err := strconv.Unquote(`"` + literal)
		if err != nil {
			continue
		}
		if shown := x.hideIn(s, depth); shown != s { // else the quotation mark may have been the end of another string
			b.WriteString(strconv.Quote(shown)[1:])
			text = rest[len(literal):]
		}
	}
}

// quotedText is a string that is quoted as in Go, without the mark that begins it.
var quotedText = regexp.MustCompile(`^(?:[^"\\\n]|\\.)*"`)
