package transcript

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A line is an object of a file, which is flat: its values are texts, numbers, true or false, and JSON of
// others as it stands. Unlike what package json decodes to, it is read strictly: nothing is ignored.
type line struct {
	names  []string
	values [][]byte // as they stand
	err    error    // the first
}

// parse reads a line.
func (l *line) parse(text []byte) error {
	*l = line{names: l.names[:0], values: l.values[:0]}
	if !utf8.Valid(text) {
		return errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("it is not a JSON object")
	}
	for d.More() {
		if err := l.member(d); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	if rest := bytes.TrimSpace(text[d.InputOffset():]); len(rest) > 0 {
		return fmt.Errorf("after the object comes %.40q", rest)
	}
	return nil
}

// member reads a member.
func (l *line) member(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return broken(err)
	}
	name := t.(string) // as package json sees to
	for _, other := range l.names {
		if other == name || other == name+base64Suffix || other+base64Suffix == name {
			return fmt.Errorf("%s: given twice", name)
		}
	}
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return fmt.Errorf("%s: %w", name, broken(err))
	}
	l.names, l.values = append(l.names, name), append(l.values, raw)
	return nil
}

// errEndsInside says that a line is the beginning of one.
var errEndsInside = errors.New("the JSON ends in its middle")

// broken returns the error of broken JSON. Since Go 1.27 a Decoder tells the end of its input as Unmarshal does, by words alone.
func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || strings.HasSuffix(err.Error(), "unexpected end of JSON input") {
		return errEndsInside
	}
	return fmt.Errorf("broken JSON: %w", err)
}

// take returns the value of a member, and removes it.
func (l *line) take(name string) (raw []byte, found bool) {
	i := slices.Index(l.names, name)
	if i < 0 {
		return nil, false
	}
	raw = l.values[i]
	l.names, l.values = slices.Delete(l.names, i, i+1), slices.Delete(l.values, i, i+1)
	return raw, true
}

// wrong keeps the error of a member.
func (l *line) wrong(name, want string, raw []byte) {
	if l.err == nil {
		l.err = fmt.Errorf("%s: want %s, got %.40s", name, want, raw)
	}
}

// text returns a member that is a text, which may be in base64, or be missing.
func (l *line) text(name string) string {
	p, _ := l.bytes(name)
	return string(p)
}

// bytes returns a member that is a text, and whether it is there.
func (l *line) bytes(name string) (p []byte, found bool) {
	if raw, ok := l.take(name); ok {
		return []byte(l.quoted(name, raw)), true
	}
	raw, ok := l.take(name + base64Suffix)
	if !ok {
		return nil, false
	}
	s := l.quoted(name+base64Suffix, raw)
	p, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") {
		l.wrong(name+base64Suffix, "a text in base64", raw)
	}
	return p, true
}

// quoted returns the text that raw is. Package json would turn half of a surrogate pair into U+FFFD, and so change
// a text in silence.
func (l *line) quoted(name string, raw []byte) (s string) {
	const replacement = string(utf8.RuneError)
	if raw[0] == '"' && !bytes.Contains(raw, []byte(`\`)) {
		return string(raw[1 : len(raw)-1]) // as it stands, like all that is base64: package json would read it twice more
	}
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		l.wrong(name, "a text", raw)
	} else if strings.Contains(s, replacement) && !bytes.Contains(raw, []byte(replacement)) && !bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`)) {
		l.wrong(name, "whole characters", raw)
	}
	return s
}

// number returns a member that is a number from 0 to highest, or is missing.
func (l *line) number(name string, highest int64) int64 {
	raw, found := l.take(name)
	if !found {
		return 0
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n < 0 || n > highest {
		l.wrong(name, fmt.Sprintf("a number from 0 to %d", highest), raw)
	}
	return n
}

// unsigned returns a member that is a number of 64 bits, or is missing.
func (l *line) unsigned(name string) uint64 {
	raw, found := l.take(name)
	if !found {
		return 0
	}
	n, err := strconv.ParseUint(string(raw), 10, 64)
	if hex, ok := bytes.CutPrefix(raw, []byte(`"0x`)); ok {
		n, err = strconv.ParseUint(strings.TrimSuffix(string(hex), `"`), 16, 64)
	}
	if err != nil {
		l.wrong(name, `a number from 0 to 2^64-1 or a text such as "0x2a"`, raw)
	}
	return n
}

// seconds returns a member that is a time in seconds, to the nanosecond, or is missing.
func (l *line) seconds(name string) time.Duration {
	raw, found := l.take(name)
	if !found {
		return 0
	}
	whole, rest, _ := strings.Cut(string(raw), ".")
	n, err := strconv.ParseInt(whole+(rest + "000000000")[:9], 10, 64)
	if err != nil || n < 0 || len(rest) > 9 {
		l.wrong(name, "seconds such as 1.25, with at most nine digits after the point", raw)
	}
	return time.Duration(n)
}

// yes returns whether a member is true; it may be missing.
func (l *line) yes(name string) bool {
	raw, found := l.take(name)
	if found && string(raw) != "true" {
		l.wrong(name, "true", raw)
	}
	return found
}

// raw returns a member that is an object, as it stands, or nil if it is missing.
func (l *line) raw(name string) json.RawMessage {
	raw, found := l.take(name)
	if found && raw[0] != '{' {
		l.wrong(name, "an object", raw)
	}
	return json.RawMessage(raw)
}

// word returns the index of the word that a member is. It is zero if the member is missing.
func (l *line) word(name string, words []string) int {
	raw, found := l.take(name)
	if !found {
		return 0
	}
	s := l.quoted(name, raw)
	i := slices.Index(words, s)
	if i < 0 || s == "" {
		l.wrong(name, "one of "+strings.TrimLeft(strings.Join(words, ", "), ", "), raw)
	}
	return max(i, 0)
}

// done returns the first error: of a member, or that there are more.
func (l *line) done() error {
	if l.err == nil && len(l.names) > 0 {
		return fmt.Errorf("%s: unknown field", l.names[0])
	}
	return l.err
}
