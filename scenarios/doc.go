// Package scenarios checks what a client or logger promises to do when the wire
// misbehaves.
package scenarios
