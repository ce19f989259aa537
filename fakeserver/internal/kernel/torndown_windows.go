package kernel

import "syscall"

var tornDown = []error{
	syscall.WSAECONNRESET, syscall.WSAECONNABORTED,
	syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED, // of another transport
}
