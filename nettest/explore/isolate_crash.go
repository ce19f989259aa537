package explore

import (
	"fmt"
	"slices"
	"strings"
)

// A crash is the end of a child during a trial.
type crash struct {
	status error
	said   string
}

func (c *crash) Error() string {
	return fmt.Sprintf("the process ended: %s\n%s", c.ended(), lastOf(c.said))
}

func (c *crash) ended() string {
	if c.status == nil {
		return "exit status 0"
	}
	return c.status.Error()
}

// result returns what a crash shows, unless the oracle that has it against the client is not asked.
func (c *crash) result(cfg Config) result {
	b := c.breach()
	r := result{Fired: true, Stuck: true, Shape: "crash " + b.Kind} // the next trial needs another process, which takes its time
	if cfg.asks(b.Oracle) {
		r.Breaches = []Breach{b}
		r.Evidence = "the record ended with the process\n"
	}
	r.redact(cfg.redact)
	return r
}

func (c *crash) breach() Breach {
	if kind, report := c.race(); report != "" {
		return Breach{Oracle: Races, Kind: kind, Text: report}
	}
	if head, stack := c.death(); head != "" {
		return Breach{Oracle: Panics, Kind: passing.ReplaceAllString(head, "#") + " at " + culprit(stack), Text: head + "\n" + stack}
	}
	text := "the process ended: " + c.ended()
	return Breach{Oracle: Panics, Kind: passing.ReplaceAllString(text, "#"), Text: text + "\n" + lastOf(c.said)}
}

// lastOf returns the end of a long text.
func lastOf(text string) string {
	const most = 2000
	text = strings.TrimSpace(text)
	return text[max(len(text)-most, 0):]
}

// death returns the first line of a panic or a fatal error, and the stack of the goroutine that it was in. It is the last one that a
// stack follows: a client may write anything before.
func (c *crash) death() (head, stack string) {
	last := -1
	for _, word := range []string{"\npanic: ", "\nfatal error: "} {
		last = max(last, strings.LastIndex(c.said, word))
	}
	if last < 0 {
		return "", ""
	}
	head, rest, _ := strings.Cut(c.said[last+1:], "\n")
	_, stack, ok := strings.Cut("\n"+rest, "\ngoroutine ")
	if !ok {
		return "", ""
	}
	stack, _, _ = strings.Cut("goroutine "+stack, "\n\n")
	return strings.TrimSpace(head), topOf(strings.TrimSpace(stack))
}

// topOf returns the first lines of a stack.
func topOf(stack string) string {
	const most = 40
	lines := strings.SplitAfterN(stack, "\n", most+1)
	if len(lines) <= most {
		return stack
	}
	return strings.Join(lines[:most], "") + "…"
}

// race returns what the race detector reported, and a kind made of the two functions that it is about.
func (c *crash) race() (kind, report string) {
	const head = "WARNING: DATA RACE"
	i := strings.Index(c.said, head)
	if i < 0 {
		return "", ""
	}
	report, _, _ = strings.Cut(c.said[i:], "\n==================")
	var both []string
	for access := range strings.SplitSeq(report, "\n\n") {
		if len(both) < 2 {
			both = append(both, culprit(access))
		}
	}
	slices.Sort(both)
	return strings.Join(both, " and "), report
}

// culprit returns the first function of a stack that is not the runtime's: a function's line ends with its arguments, and that of
// its file, which is further to the right, does not.
func culprit(stack string) string {
	for line := range strings.Lines(stack) {
		name := strings.TrimSpace(line)
		at := strings.LastIndex(name, "(")
		if at <= 0 || !strings.HasSuffix(name, ")") || strings.HasPrefix(name, "created by ") || strings.HasPrefix(name, "panic(") {
			continue
		}
		if name = name[:at]; !isRuntime(name) {
			return name
		}
	}
	return "?"
}

// isRuntime reports whether a function is one by which programs die, and not their own.
func isRuntime(name string) bool {
	for _, pkg := range []string{"runtime.", "internal/runtime/", "runtime/debug.", "internal/sync.", "sync."} {
		if strings.HasPrefix(name, pkg) {
			return true
		}
	}
	return false
}
