package readme

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// block is one fenced code block.
type block struct {
	line   int    // of the first line inside the fence, from 1
	lang   string // what the opening fence says
	text   string
	prints *block // what a go block whose test fails prints: the text block after it, if there is one
}

// extract returns the code blocks of markdown in order; a text block goes with the go block before it. Code that a reader
// would see as code but that no test would run, such as an indented block, is an error.
func extract(markdown string) ([]block, error) {
	var blocks []block
	var open *block
	for i, line := range strings.Split(markdown, "\n") {
		n := i + 1
		switch {
		case open != nil && line == "```":
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case strings.HasPrefix(line, "```"):
			open = &block{line: n + 1, lang: strings.TrimPrefix(line, "```")}
		case isFence(line):
			return nil, fmt.Errorf("README.md:%d: a fence is three backquotes at the start of the line, not %q", n, line)
		case strings.HasPrefix(line, "\t"), strings.HasPrefix(line, "    "):
			return nil, fmt.Errorf("README.md:%d: indented code has no language: fence it", n)
		}
	}
	if open != nil {
		return nil, fmt.Errorf("README.md:%d: the code block has no end", open.line-1)
	}
	return pair(blocks), nil
}

// pair gives each go block the text block after it.
func pair(blocks []block) (paired []block) {
	for _, b := range blocks {
		last := len(paired) - 1
		if b.lang == "text" && last >= 0 && paired[last].lang == "go" && paired[last].prints == nil {
			paired[last].prints = &b
		} else {
			paired = append(paired, b)
		}
	}
	return paired
}

func isFence(line string) bool {
	line = strings.TrimLeft(line, " \t>")
	return strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~")
}

// checkShell returns an error unless every line of an sh block is one of commands.
func checkShell(b block, commands []string) error {
	for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		if !slices.Contains(commands, line) {
			return fmt.Errorf("README.md:%d: %q is none of the commands that are checked", b.line+i, line)
		}
	}
	return nil
}

// testNames returns the tests and examples of a go block, which has to be a whole, formatted file with at least one of them.
func testNames(b block) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", b.source(), parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("a go block is a whole test file: %w", err)
	}
	if formatted, err := format.Source([]byte(b.text)); err != nil || !bytes.Equal(formatted, []byte(b.text)) {
		return nil, fmt.Errorf("README.md:%d: gofmt would change the block", b.line)
	}
	var names []string
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if ok && f.Recv == nil && (strings.HasPrefix(f.Name.Name, "Test") || strings.HasPrefix(f.Name.Name, "Example")) {
			names = append(names, f.Name.Name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("README.md:%d: the block has neither a test nor an example", b.line)
	}
	return names, nil
}

// source is the block as a Go file whose errors point at the README's lines.
func (b block) source() string {
	return fmt.Sprintf("//line README.md:%d\n%s", b.line, b.text)
}
