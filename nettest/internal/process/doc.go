// Package process tells what this process has: goroutines, and descriptors where the platform says.
// It is for those who look for what a test has left behind.
package process
