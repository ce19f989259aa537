package thirdparty_test

import (
	"fmt"
	"regexp"
	"strings"
)

var quoted = regexp.MustCompile(`'([a-z]*)'`)

// sqlRows returns the rows of an answer: each 'text' of a SELECT is one with one column.
func sqlRows(query string) (rows []string) {
	for _, m := range quoted.FindAllStringSubmatch(query, -1) {
		rows = append(rows, m[1])
	}
	return rows
}

// sqlInsert says whether a query is an INSERT, and how many rows this and those before it have put in: whoever inserts one and is told 2
// has done it twice.
func (c *counts) sqlInsert(query string) (n int, ok bool) {
	if !strings.HasPrefix(query, "INSERT") {
		return 0, false
	}
	return c.add("inserted"), true
}

// sqlTag is how Postgres ends an answer.
func sqlTag(verb string, n int) string { return fmt.Sprintf("%s %d", verb, n) }
