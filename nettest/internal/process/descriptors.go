package process

// A Descriptor is one that this process has open. Number and name together tell it from a later one:
// the kernel gives a number out again at once, but not a socket's name.
type Descriptor struct {
	Number int
	Name   string // what the kernel calls it, such as "socket:[4711]" or "/tmp/file"
}
