// Package bubbletest tests what nettest does around plain tests and Ginkgo specs, bubbles above all. Those
// that fail run in a process of their own.
package bubbletest
