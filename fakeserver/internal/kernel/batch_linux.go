package kernel

import "net"

type batchReader = multiReader

func newBatchReader(pc *net.UDPConn, n int) (*batchReader, error) { return newMultiReader(pc, n) }
