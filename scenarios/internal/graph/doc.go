// Package graph tests what importing fakeserver does to the module graph of a service.
package graph
