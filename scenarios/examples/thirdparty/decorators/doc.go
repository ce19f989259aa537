// Package decorators attaches a suite with what only newer versions of Ginkgo have than the one
// that package scenarios requires.
package decorators
