// Package pcapng makes a capture file of a recording.
package pcapng
