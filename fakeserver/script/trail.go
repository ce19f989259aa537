package script

import (
	"fmt"
	"strconv"
	"strings"
)

// A trail is where in a script a run, or a check, is.
type trail []spot

// A spot is a place in a list of steps.
type spot struct {
	steps       []Step
	at          int
	alternative int // of a choice, from 1; zero: there is none
	round       int // of a loop, from 1; zero: there is none
}

func (t *trail) push(steps []Step, alternative, round int) {
	*t = append(*t, spot{steps: steps, alternative: alternative, round: round})
}

func (t *trail) pop() { *t = (*t)[:len(*t)-1] }

func (t trail) at(i int) { t[len(t)-1].at = i }

// step returns the step that the trail leads to.
func (t trail) step() Step {
	last := t[len(t)-1]
	return last.steps[last.at]
}

// String names the step: by its number, or by its line where it is from a file.
func (t trail) String() string { return t.where() + what(t.step()) }

// where names the step by its place.
func (t trail) where() string {
	if len(t) == 0 {
		return ""
	}
	var b strings.Builder
	if p := t.step().at; p.line > 0 {
		b.WriteString(p.String() + ":")
	} else {
		b.WriteString("step ")
		for i, s := range t {
			if i > 0 {
				b.WriteByte('.')
			}
			if s.alternative > 0 {
				b.WriteString(strconv.Itoa(s.alternative) + ".")
			}
			b.WriteString(strconv.Itoa(s.at + 1))
		}
		fmt.Fprintf(&b, " of %d,", len(t[0].steps))
	}
	for _, s := range t {
		if s.round > 0 {
			fmt.Fprintf(&b, " round %d,", s.round)
		}
	}
	return b.String() + " "
}

// what names a step by what it does.
func what(s Step) string {
	if s.act == nil {
		return "no step"
	}
	return s.act.head(shown)
}

// maxLeft is how many of the steps that are left a mismatch names.
const maxLeft = 3

// left names what is left of the script after the step, in the order in which it would be done; empty: nothing.
func (t trail) left() string {
	var names []string
	more := 0
	for i := len(t) - 1; i >= 0; i-- {
		for _, s := range t[i].steps[t[i].at+1:] {
			if len(names) == maxLeft {
				more++
				continue
			}
			names = append(names, what(s))
		}
	}
	text := strings.Join(names, ", ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// A place is a line of a file.
type place struct {
	file     string
	line     int    // zero: there is none
	from, to int    // of the step's texts, in the file
	data     string // the section of data that is its only text; empty: it is none
	mixed    bool   // it has several texts, of which some are data
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }
