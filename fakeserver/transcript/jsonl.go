package transcript

import (
	"errors"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// version is that of the files that this package writes, and the only one that it reads.
const version = 1

// Errors of reading a recording, for errors.Is.
var (
	// ErrFormat says that what was read is no recording, or one that is damaged.
	ErrFormat = errors.New("not a recording")
	// ErrCutOff says that a recording has no end: it was cut off, or is still being written. What came
	// before was read.
	ErrCutOff = errors.New("the recording was cut off")
)

// base64Suffix ends the name of a field that has a text in base64, as in plans.
const base64Suffix = "Base64"

// maxSeq is the highest number of an event in a file: a damaged one does not take all memory.
const maxSeq = 1<<31 - 1

// maxTimes is how many empty datagrams may be one event in a file: Datagrams has an element for each.
const maxTimes = 1 << 26

// inFile returns what is wrong with an event, as one in a file that comes after the event with the Seq last.
func (e *Event) inFile(last int64) error {
	switch {
	case e.Seq <= last:
		return fmt.Errorf("seq: %d comes after %d", e.Seq, last)
	case e.Seq > maxSeq:
		return fmt.Errorf("seq: %d is above %d", e.Seq, int64(maxSeq))
	case int(e.Kind) >= len(kindNames) || kindNames[e.Kind] == "":
		return fmt.Errorf("kind: %v is none", e.Kind)
	case int(e.Direction) >= len(directionWords):
		return fmt.Errorf("direction: %d is none", e.Direction)
	case e.At < 0 || e.Conn < 0 || e.Offset < 0 || e.Count < 0 || e.Times < 0:
		return errors.New("a number is negative")
	case e.Kind == Datagram && e.Data != nil && e.Times > maxTimes:
		return fmt.Errorf("times: %d datagrams are more than %d", e.Times, maxTimes)
	}
	return nil
}

// exactInFloat64 is 2^53, up to which a float64 tells all integers apart.
const exactInFloat64 = 1 << 53

// directionWords are the words for directions, as in plans.
var directionWords = [...]string{FromClient: "from-client", ToClient: "to-client"}

// isReadable reports whether s can stand in JSON as it is, and be read there: then Go and JSON
// have the same quotes.
func isReadable[T string | []byte](s T) bool {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		if r == utf8.RuneError && n == 1 || !unicode.IsPrint(r) {
			return false
		}
		i += n
	}
	return true
}

// appendSeconds appends a time since the start, in seconds, to the nanosecond.
func appendSeconds(line []byte, ns int64) []byte {
	line = strconv.AppendInt(line, ns/1e9, 10)
	rest := ns % 1e9
	if rest == 0 {
		return line
	}
	digits := 9
	for rest%10 == 0 {
		rest /= 10
		digits--
	}
	line = append(line, '.')
	for width := len(strconv.FormatInt(rest, 10)); width < digits; width++ {
		line = append(line, '0')
	}
	return strconv.AppendInt(line, rest, 10)
}
