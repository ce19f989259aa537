// Package bubbletest tests nettest's bubbles from plain tests and from Ginkgo specs. Those
// that fail run in a process of their own.
package bubbletest
