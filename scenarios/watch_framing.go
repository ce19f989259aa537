package scenarios

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A framing tells the lines apart in what a logger sends.
type framing struct {
	split  bufio.SplitFunc
	advice string // for lines that nothing tells apart
	plain  bool   // lines are spelled without spaces
}

// framing returns how the subject's lines are told apart.
func (l NetworkLogger) framing() framing {
	switch {
	case l.Split != nil:
		return framing{split: l.Split, plain: l.Plain}
	case l.sendsDatagrams():
		return framing{split: bufio.ScanLines, plain: l.Plain}
	}
	return framing{bufio.ScanLines, "NetworkLogger.Split tells lines apart that do not end with a \"\\n\"", l.Plain}
}

// advise adds what to do about err, if there is something.
func (f framing) advise(err error) error {
	if _, several := errors.AsType[*severalLines](err); several && f.advice != "" {
		return fmt.Errorf("%w; %s", err, f.advice)
	}
	return err
}

// A framed is one line of a stream, and the offset just past it and what ends it.
type framed struct {
	text string
	end  int64
}

// cut returns the lines of a stream that have ended, and what is left after them. An
// error says that the rest can't be cut.
func (f framing) cut(stream []byte) (lines []framed, rest []byte, err error) {
	for at := 0; ; {
		n, line, err := f.next(stream[at:])
		if err != nil {
			return lines, stream[at:], fmt.Errorf("after byte %d, %w", at, err)
		}
		if n == 0 {
			return lines, stream[at:], nil
		}
		if at += n; line != nil {
			lines = append(lines, framed{f.read(string(line)), int64(at)})
		}
	}
}

var errNoAdvance = fmt.Errorf("%w: Split returned a line without any bytes of the stream", ErrSubject)

// next is one call of Split, which is the subject's code.
func (f framing) next(stream []byte) (n int, line []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: Split panicked: %v", ErrSubject, v)
		}
	}()
	if len(stream) == 0 {
		return 0, nil, nil
	}
	n, line, err = f.split(stream, false)
	switch {
	case err != nil:
		return 0, nil, fmt.Errorf("Split says: %w", err)
	case n < 0 || n > len(stream):
		return 0, nil, fmt.Errorf("%w: Split returned an advance of %d of %d bytes", ErrSubject, n, len(stream))
	case n == 0 && line != nil:
		return 0, nil, errNoAdvance
	}
	return n, line, nil
}

// received returns the lines that a collector got: connection by connection what Split
// makes of the stream, and a last line that has not ended; or what is in a datagram. With
// an error, what could not be cut counts as such a last line.
func (f framing) received(t transcript.Transcript) (lines []string, err error) {
	for n := 1; n <= t.Conns(); n++ {
		ended, rest, wrong := f.cut(t.Conn(n).FromClient())
		if wrong != nil {
			err = errors.Join(err, fmt.Errorf("of connection %d: %w", n, wrong))
		}
		for _, line := range ended {
			lines = append(lines, line.text)
		}
		if len(rest) > 0 {
			lines = append(lines, f.read(string(rest)))
		}
	}
	for _, d := range t.Datagrams(transcript.FromClient) {
		lines = append(lines, strings.Split(strings.TrimRight(f.read(string(d)), "\r\n"), "\n")...)
	}
	return lines, err
}

// ended returns the lines of one connection. What its end cut off is none.
func (f framing) ended(t transcript.Transcript) (texts []string, err error) {
	lines, _, err := f.cut(t.FromClient())
	for _, line := range lines {
		texts = append(texts, line.text)
	}
	return texts, err
}
