package specimen

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

// What the clients ask for by default.
var questions = []string{"get apples", "get pears", "get plums", "get figs"}

// answer is what all servers answer: each question has an answer of its own.
func answer(question string) string {
	verb, what, _ := strings.Cut(question, " ")
	return fmt.Sprintf("%s of %s: %d", verb, what, 7*len(question)+int(what[0]))
}

// lines answers lines. It looks at whole ones only: half a question is not answered.
var lines = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	return answerLines(bufio.NewReader(c), c, "\n")
})

// crlfLines is lines with "\r\n".
var crlfLines = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	return answerLines(bufio.NewReader(c), c, "\r\n")
})

// answerLines answers each line that ends with end, until the stream ends.
func answerLines(r *bufio.Reader, w io.Writer, end string) error {
	for {
		question, ok := readLine(r, end)
		if !ok {
			return nil
		}
		if _, err := io.WriteString(w, answer(question)+end); err != nil {
			return nil
		}
	}
}

// readLine returns the next line that ends with end and is a question.
func readLine(r *bufio.Reader, end string) (question string, ok bool) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", false
	}
	question, whole := strings.CutSuffix(line, end)
	verb, what, _ := strings.Cut(question, " ")
	return question, whole && verb != "" && what != ""
}

// greets sends a greeting first, and then answers lines.
var greets = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	if _, err := io.WriteString(c, "220 ready\n"); err != nil {
		return nil
	}
	return answerLines(bufio.NewReader(c), c, "\n")
})

// login wants to know who is there before it answers lines.
var login = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	if _, err := io.WriteString(c, "who are you?\n"); err != nil {
		return nil
	}
	r := bufio.NewReader(c)
	hello, ok := readLine(r, "\n")
	name, known := strings.CutPrefix(hello, "user ")
	if !ok || !known {
		return nil
	}
	if _, err := fmt.Fprintf(c, "welcome %s\n", name); err != nil {
		return nil
	}
	return answerLines(r, c, "\n")
})

// once answers one line, and then ends the connection. What comes first is two bytes of a status, and
// two of the answer's length.
var once = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	question, ok := readLine(bufio.NewReader(c), "\n")
	if !ok {
		return nil
	}
	text := answer(question)
	reply := binary.BigEndian.AppendUint16([]byte("OK"), uint16(len(text)))
	c.Write(append(reply, text...))
	return nil
})

// onceLong answers one line with the answer's length in eight bytes, and the answer, and ends the connection.
var onceLong = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	question, ok := readLine(bufio.NewReader(c), "\n")
	if !ok {
		return nil
	}
	text := answer(question)
	c.Write(append(binary.BigEndian.AppendUint64(nil, uint64(len(text))), text...))
	return nil
})

// frames answers messages, each behind its length in four bytes, which counts those, too.
var frames = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for {
		question, err := readFrame(c)
		if err != nil {
			return nil
		}
		if _, err := c.Write(frame(answer(question))); err != nil {
			return nil
		}
	}
})

// frame returns text as a message of frames.
func frame(text string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(4+len(text))), text...)
}

// maxFrame is the longest message that readFrame takes.
const maxFrame = 1 << 10

// readFrame reads a message of frames.
func readFrame(r io.Reader) (string, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n < 6 || n > maxFrame {
		return "", fmt.Errorf("a message says that it has %d bytes, want 6 to %d", n, maxFrame)
	}
	p := make([]byte, n-4)
	if _, err := io.ReadFull(r, p); err != nil {
		return "", err
	}
	return string(p), nil
}

// bulks answers each line with its answer's length, and then the answer: "$5\r\nplums\r\n".
var bulks = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for r := bufio.NewReader(c); ; {
		question, ok := readLine(r, "\r\n")
		if !ok {
			return nil
		}
		text := answer(question)
		if _, err := fmt.Fprintf(c, "$%d\r\n%s\r\n", len(text), text); err != nil {
			return nil
		}
	}
})

// with returns a Config for a handler, by which a step may take a second.
func with(h fakeserver.Handler) func() explore.Config {
	return func() explore.Config { return explore.Config{Handler: h, Within: 2 * timeout} }
}

// numbers answers lines that begin with a number, and begins its answers with it.
var numbers = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for r := bufio.NewReader(c); ; {
		line, ok := readLine(r, "\n")
		if !ok {
			return nil
		}
		number, question, _ := strings.Cut(line, " ")
		if _, what, _ := strings.Cut(question, " "); what == "" {
			return nil
		}
		if _, err := fmt.Fprintf(c, "%s %s\n", number, answer(question)); err != nil {
			return nil
		}
	}
})
