// Package record writes transcripts: a [Recorder] for each server, and a [Lane] for each
// direction of each connection, whose bytes it holds. Readers get snapshots, each a
// [transcript.Transcript], at any time.
package record
