package kernel

import "golang.org/x/sys/unix"

// shown lets recv take bytes that are known. (tcp(7): MSG_TRUNC discards them. Other sockets copy them.)
const shown = unix.MSG_TRUNC
