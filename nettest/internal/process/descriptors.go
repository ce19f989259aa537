package process

// A Descriptor is one that this process has open. Two are the same as long as it is: the kernel gives
// the number out again, but not the name of a socket.
type Descriptor struct {
	Number int
	Name   string // what the kernel calls it, such as "socket:[4711]" or "/tmp/file"
}
