// Package examples puts the wire in front of servers of other modules: gRPC and DNS. It is
// a module of its own, so that whoever imports fakeserver does not depend on them.
package examples
