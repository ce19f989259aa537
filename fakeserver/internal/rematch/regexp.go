package rematch

import (
	"fmt"
	"regexp"
	"regexp/syntax"
)

// A Regexp is a regular expression to be matched against streams. It is safe for use by several goroutines: what
// it gives, Prefix and Finder, is not.
type Regexp struct {
	whole *regexp.Regexp // the same for package regexp, which knows names and templates
	prog  *program
}

// Compile parses an expression of package regexp's syntax. What asks for the end of the text (\z, and $ without the flag m)
// is refused: while a stream comes nobody can tell whether this was its end.
func Compile(expr string) (*Regexp, error) {
	whole, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if end := endOfText(parsed); end != "" {
		return nil, fmt.Errorf("regexp `%s`: %s is the end of the text, and while a stream comes nobody can tell whether this was its end: leave it out, or write (?m:$) for the end of a line", expr, end)
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, err
	}
	return &Regexp{whole: whole, prog: newProgram(prog)}, nil
}

// MustCompile is Compile for expressions that are known to be right. It panics if one is not.
func MustCompile(expr string) *Regexp {
	r, err := Compile(expr)
	if err != nil {
		panic(err)
	}
	return r
}

// endOfText returns what in the expression asks for the end of the text, as it is written there.
func endOfText(re *syntax.Regexp) string {
	if re.Op == syntax.OpEndText {
		if re.Flags&syntax.WasDollar != 0 {
			return "$"
		}
		return `\z`
	}
	for _, sub := range re.Sub {
		if end := endOfText(sub); end != "" {
			return end
		}
	}
	return ""
}

// String returns the expression as it was given to Compile.
func (r *Regexp) String() string { return r.whole.String() }

// Names returns the names of the groups, as regexp.Regexp.SubexpNames does: the first is the whole match, and a group
// without a name has "".
func (r *Regexp) Names() []string { return r.whole.SubexpNames() }

// Expand appends template to dst with $1, $name and ${name} replaced by what the groups have, as
// regexp.Regexp.ExpandString does. The groups are those of Prefix.Groups or Piece.Match, and text is what they are offsets in.
func (r *Regexp) Expand(dst []byte, template string, text []byte, groups []int) []byte {
	return r.whole.Expand(dst, []byte(template), text, groups)
}
