// Package failtest looks at what go test and Ginkgo print of tests that fail, hang and panic: it
// runs its own tests again, each in a process of its own.
package failtest
