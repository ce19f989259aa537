// Package api writes down what the module exports, one line for each name, and tests that
// .ci/api has it: a change of what others compile against is then a change in a file that is
// reviewed.
//
//	go test ./scenarios/internal/api -update
package api
