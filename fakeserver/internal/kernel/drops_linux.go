package kernel

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// memInfo is what SO_MEMINFO fills in: SK_MEMINFO_RMEM_ALLOC to SK_MEMINFO_DROPS of linux/sock_diag.h.
type memInfo [unix.SK_MEMINFO_VARS]uint32

func dropCount(fd uintptr) (uint32, error) {
	info, err := readMemInfo(fd)
	return info[unix.SK_MEMINFO_DROPS], err
}

func waitingBytes(fd uintptr) (uint32, error) {
	info, err := readMemInfo(fd)
	return info[unix.SK_MEMINFO_RMEM_ALLOC], err
}

func readMemInfo(fd uintptr) (info memInfo, err error) {
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return info, os.NewSyscallError("getsockopt", errno)
	}
	if size <= unix.SK_MEMINFO_DROPS*4 { // Linux before 4.12 counts no drops here
		return info, unsupported("SO_MEMINFO's drops on this kernel")
	}
	return info, nil
}
