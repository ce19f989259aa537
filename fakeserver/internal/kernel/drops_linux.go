package kernel

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// memInfo is what SO_MEMINFO fills in: SK_MEMINFO_RMEM_ALLOC to SK_MEMINFO_DROPS of linux/sock_diag.h.
type memInfo [unix.SK_MEMINFO_VARS]uint32

func dropCount(fd uintptr) (uint32, error) {
	var info memInfo
	err := info.read(fd)
	return info.drops(), err
}

func waitingBytes(fd uintptr) (uint32, error) {
	var info memInfo
	err := info.read(fd)
	return info[unix.SK_MEMINFO_RMEM_ALLOC], err
}

func (m *memInfo) drops() uint32 { return m[unix.SK_MEMINFO_DROPS] }

func (m *memInfo) read(fd uintptr) error {
	size := uint32(unsafe.Sizeof(*m))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(m)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return os.NewSyscallError("getsockopt", errno)
	}
	if size <= unix.SK_MEMINFO_DROPS*4 { // Linux before 4.12 counts no drops here
		return unsupported("SO_MEMINFO's drops on this kernel")
	}
	return nil
}
