package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver"
)

// spanSyntax says how a part of each message is written.
const spanSyntax = "FROM-TO, such as 0-2 (bytes 0 and 1 of each message), or a regular expression"

// parseSpan reads a part of each message.
func parseSpan(text string) (s fakeserver.Span, err error) {
	if from, to, found := strings.Cut(text, "-"); found {
		first, errFrom := strconv.ParseInt(from, 10, 64)
		end, errTo := strconv.ParseInt(to, 10, 64)
		if errFrom == nil && errTo == nil {
			if first < 0 || end <= first {
				return s, fmt.Errorf("%q: want %s", text, spanSyntax)
			}
			return fakeserver.Span{From: first, To: end}, nil
		}
	}
	if text == "" {
		return s, errors.New("want " + spanSyntax)
	}
	s.Pattern, err = regexp.Compile(text)
	return s, err
}

// parseCarry reads what answers repeat of requests.
func parseCarry(text string) (c fakeserver.Carry, err error) {
	request, answer, apart := strings.Cut(text, "=>")
	c.Name = text
	if c.Request, err = parseSpan(request); err == nil && apart {
		c.Answer, err = parseSpan(answer)
	}
	return c, err
}

// word is a flag that is one of some words, each with a value.
type word[T comparable] struct {
	value *T
	words []string
	is    []T
}

func (w word[T]) String() string {
	for i, v := range w.is {
		if w.value != nil && v == *w.value {
			return w.words[i]
		}
	}
	return ""
}

func (w word[T]) Type() string { return strings.Join(w.words, "|") }

func (w word[T]) Set(text string) error {
	for i, v := range w.is {
		if w.words[i] == text {
			*w.value = v
			return nil
		}
	}
	return fmt.Errorf("want one of %s", strings.Join(w.words, ", "))
}
