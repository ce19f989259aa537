package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// A node is a JSON value as it was written. Unlike what package json decodes to, it
// keeps what a strict reader has to see: members given twice, the case of their
// names, and all digits of numbers.
type node struct {
	kind  nodeKind
	text  string   // a string's value, a number's digits, "true" or "false"
	names []string // of an object's members
	elems []node   // an object's members, or an array's elements
}

type nodeKind uint8

const (
	isNull nodeKind = iota
	isBool
	isNumber
	isString
	isArray
	isObject
)

// parseJSON returns the one value that is in text.
func parseJSON(text []byte) (node, error) {
	if !utf8.Valid(text) {
		return node{}, errors.New("the JSON is not valid UTF-8")
	}
	// Unmarshal refuses broken JSON, too deep nesting, and what follows the value.
	var raw json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			before := text[:min(syntax.Offset, int64(len(text)))]
			return node{}, fmt.Errorf("line %d: %w", 1+bytes.Count(before, []byte("\n")), err)
		}
		return node{}, err
	}
	p := jsonReader{json.NewDecoder(bytes.NewReader(text)), text}
	p.dec.UseNumber()
	return p.value()
}

type jsonReader struct {
	dec  *json.Decoder
	text []byte
}

func (p *jsonReader) value() (node, error) {
	token, err := p.token()
	if err != nil {
		return node{}, err
	}
	switch t := token.(type) {
	case bool:
		return node{kind: isBool, text: strconv.FormatBool(t)}, nil
	case json.Number:
		return node{kind: isNumber, text: t.String()}, nil
	case string:
		return node{kind: isString, text: t}, nil
	case json.Delim:
		return p.elements(t)
	}
	return node{}, nil
}

// elements reads what is in an object or an array.
func (p *jsonReader) elements(open json.Delim) (node, error) {
	n := node{kind: isArray}
	if open == '{' {
		n.kind = isObject
	}
	for p.dec.More() {
		if n.kind == isObject {
			name, err := p.token()
			if err != nil {
				return node{}, err
			}
			n.names = append(n.names, name.(string))
		}
		elem, err := p.value()
		if err != nil {
			return node{}, err
		}
		n.elems = append(n.elems, elem)
	}
	_, err := p.token() // the closing bracket
	return n, err
}

// token reads a token. Package json would turn half of a surrogate pair into
// U+FFFD, and so change a text in silence.
func (p *jsonReader) token() (json.Token, error) {
	from := p.dec.InputOffset()
	token, err := p.dec.Token()
	if err == nil && halfPair(p.text[from:p.dec.InputOffset()]) {
		return nil, fmt.Errorf("%s is half of a surrogate pair", bytes.TrimLeft(p.text[from:p.dec.InputOffset()], " \t\r\n,:"))
	}
	return token, err
}

// halfPair reports whether a token has a surrogate without its other half.
func halfPair(token []byte) bool {
	for i := 0; i < len(token); i++ {
		if token[i] != '\\' {
			continue
		}
		first, isUnit := unit(token[i:])
		if !isUnit {
			i++ // what is escaped may be a backslash
			continue
		}
		i += 5
		if !utf16.IsSurrogate(first) {
			continue
		}
		second, isUnit := unit(token[i+1:])
		if !isUnit || utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// unit returns the number of the \u escape that token begins with.
func unit(token []byte) (rune, bool) {
	if len(token) < 6 || token[0] != '\\' || token[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(token[2:6]), 16, 16)
	return rune(n), err == nil
}

// all returns the members that have the given name.
func (n node) all(name string) []node {
	var all []node
	for i := range n.names {
		if n.names[i] == name {
			all = append(all, n.elems[i])
		}
	}
	return all
}

// without returns an object without its members of the given name.
func (n node) without(name string) node {
	rest := node{kind: n.kind}
	for i := range n.names {
		if n.names[i] != name {
			rest.names = append(rest.names, n.names[i])
			rest.elems = append(rest.elems, n.elems[i])
		}
	}
	return rest
}

// ruleName returns the name of the rule that n may be, for errors.
func (n node) ruleName() string {
	for _, name := range n.all("name") {
		if name.kind == isString {
			return name.text
		}
	}
	return ""
}

// describe says in words what was written.
func (n node) describe() string {
	switch n.kind {
	case isBool:
		return n.text
	case isNumber:
		return fmt.Sprintf("the number %.40s", n.text)
	case isString:
		return fmt.Sprintf("the text %.40q", n.text)
	case isArray:
		return "an array"
	case isObject:
		return "an object"
	}
	return "null"
}
