// Package bubbletest tries nettest's bubbles from plain tests and from Ginkgo specs, those
// that fail too: in a process of their own.
package bubbletest
